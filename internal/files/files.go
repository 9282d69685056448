// Package files reads specs from the disk and writes results to it whole or
// not at all.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// File is a file's name, as the user would write it, and its content.
type File struct {
	Name    string
	Content []byte
}

// ErrNoSpec is returned for a folder without a *.hcl file, ErrNoFile for reading
// what is neither a file nor a pipe, ErrFolder for writing to a folder.
var (
	ErrNoSpec = errors.New("no *.hcl file there")
	ErrNoFile = errors.New("is not a file")
	ErrFolder = errors.New("names a folder: give the name of a file")
)

// ReadSpec reads the spec at path: one file, or every *.hcl file directly in a
// folder, sorted by name. Files larger than limit bytes are read up to one byte
// more, so that who checks the size sees that they are too large.
func ReadSpec(path string, limit int64) ([]File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, tidy(err)
	}
	names := []string{path}
	if info.IsDir() {
		if names, err = specNames(path); err != nil {
			return nil, err
		}
	}
	var out []File
	for _, name := range names {
		f, err := Read(name, limit)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func specNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, tidy(err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".hcl") && !strings.HasPrefix(e.Name(), ".") && !e.IsDir() {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoSpec)
	}
	slices.Sort(names)
	return names, nil
}

// Read reads one file, at most limit+1 bytes of it.
func Read(name string, limit int64) (f File, err error) {
	in, err := os.Open(name)
	if err != nil {
		return File{}, tidy(err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	info, err := in.Stat()
	if err != nil {
		return File{}, tidy(err)
	}
	if !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		return File{}, fmt.Errorf("%s %w", name, ErrNoFile)
	}
	content, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return File{}, tidy(err)
	}
	return File{Name: name, Content: content}, nil
}

// SameAsAny returns the first of others that is the file name, by another name or
// link too; "" where there is none.
func SameAsAny(name string, others []string) string {
	info, err := os.Stat(name)
	if err != nil {
		return ""
	}
	for _, other := range others {
		if o, err := os.Stat(other); err == nil && os.SameFile(info, o) {
			return other
		}
	}
	return ""
}

// tidy shortens the errors of package os to what a user needs: "web.hcl: no
// such file or directory".
func tidy(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return fmt.Errorf("%s: %w", l.New, l.Err)
	}
	if s, ok := errors.AsType[*os.SyscallError](err); ok {
		return s.Err
	}
	return err
}
