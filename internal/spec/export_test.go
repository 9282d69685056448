package spec

// AddSidecars is addSidecars.
var AddSidecars = addSidecars
