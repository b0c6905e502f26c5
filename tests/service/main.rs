//! What people see, through HTTP and the command line, from the real program on a real store.

mod architecture;
mod bring_in_real_files;
mod driver;
mod explain_mistakes;
mod keep_every_write;
mod locate_a_place;
mod see_the_map;
