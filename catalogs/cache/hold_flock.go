//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package cache

import (
	"errors"
	"os"
	"syscall"
)

const (
	// closeFirst: an open file cannot be renamed or removed.
	closeFirst = false
	// dirsSync: the names of files are made to last by syncing their folder.
	dirsSync = true
)

// hold marks a file as one that its process is writing. The mark goes with the
// process, however that ends. Where the file system has no such marks, nothing is
// marked, and nothing cleaned up.
func hold(f *os.File) { _ = flock(f, syscall.LOCK_EX) }

// removeAbandoned removes a temporary file that no process holds. Who has the mark
// of a file whose name it still is, is the only one that may touch the name: its
// writer is gone, and another cleaner would need the mark.
func removeAbandoned(path string) {
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	if flock(f, syscall.LOCK_EX|syscall.LOCK_NB) == nil && same(f, path) {
		_ = os.Remove(path)
	}
}

// flock calls flock(2), again where a signal interrupts it.
func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
