//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package cache

import "os"

const (
	// closeFirst: an open file cannot be renamed or removed.
	closeFirst = true
	// dirsSync: folders cannot be synced here.
	dirsSync = false
)

// hold does nothing: an open file cannot be removed here.
func hold(*os.File) {}

// removeAbandoned removes a temporary file that no process has open; the system
// refuses to remove others. A writer that has just closed its file to rename it may
// lose it so, and says that it failed.
func removeAbandoned(path string) { _ = os.Remove(path) }
