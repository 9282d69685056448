// Package archtest holds the project to its architecture, by tests alone: which
// package may import which, what the core must not reach, and what no file of
// the tree may say. The table of imports is in imports_test.go, its words in
// docs/architecture.md.
package archtest
