// set_builder
