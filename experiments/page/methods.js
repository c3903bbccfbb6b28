// methods
