//! Well-formedness of shapes.
