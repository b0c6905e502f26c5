//! What people see, through HTTP and the command line, from the real program on a real store.

#![expect(
    clippy::as_conversions,
    clippy::case_sensitive_file_extension_comparisons,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "a test that cannot go on fails"
)]

mod answer_in_the_readers_language;
mod answer_while_loading;
mod architecture;
mod ask_as_clients_do;
mod ask_in_codings;
mod ask_on_conditions;
mod ask_too_much;
mod behind_a_balancer;
mod bring_in_real_files;
mod bring_own_layers;
mod cluster;
mod conformance;
mod connect_clients;
#[path = "../tile/decode.rs"]
mod decode;
mod driver;
mod edit_safely;
mod edit_together;
mod explain_mistakes;
mod export_and_bring_back;
mod filter_like_postgis;
mod guard_tables;
mod hear_of_changes;
mod import_over_http;
mod import_within_a_scope;
mod keep_every_write;
mod keep_persons_out;
mod keep_persons_out_of_edits;
mod keep_strangers_out;
mod keep_the_store;
mod ledgers;
mod locate_a_place;
mod locate_again;
mod locate_in_binary;
mod place_by_what_is_there;
mod recode_areas;
mod refuse_bad_text;
mod run_behind_a_proxy;
mod see_the_map;
mod see_what_an_import_changes;
mod see_what_was;
mod survive_a_failover;
mod survive_slow_clients;
mod take_tiles_by_the_standard;
mod take_what_others_write;
mod two_instances;
mod wire;
mod withstand_bombs;
mod withstand_hostile_requests;
