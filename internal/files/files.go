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

// ErrNoSpec is returned for a folder without a *.hcl file.
var ErrNoSpec = errors.New("no *.hcl file there")

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
		return File{}, fmt.Errorf("%s is not a file", name)
	}
	content, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return File{}, tidy(err)
	}
	return File{Name: name, Content: content}, nil
}

// defaultMode is the mode of a file that was not there before.
const defaultMode = 0o644

// Write writes content to name: first to a temporary file beside it, which is
// then renamed, so that a reader sees the old file or the new one and never a
// part. The mode of an old file is kept, and a symbolic link is followed. What is
// no regular file (a pipe, a device) is written to as it is. A missing folder is
// made.
func Write(name string, content []byte) error {
	mode := fs.FileMode(defaultMode)
	switch info, err := os.Stat(name); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a folder", name)
	case err == nil && !info.Mode().IsRegular():
		return writeThrough(name, content)
	case err == nil:
		mode = info.Mode().Perm()
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return tidy(err)
		}
	}
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return tidy(err)
	}
	return replace(dir, name, content, mode)
}

func writeThrough(name string, content []byte) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return tidy(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(content)
	return tidy(err)
}

// replace writes a temporary file in dir and renames it to name.
func replace(dir, name string, content []byte, mode fs.FileMode) (err error) {
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(name)+".*")
	if err != nil {
		return tidy(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	if _, err = tmp.Write(content); err != nil {
		return errors.Join(tidy(err), tmp.Close())
	}
	if err = tmp.Chmod(mode); err != nil {
		return errors.Join(tidy(err), tmp.Close())
	}
	if err = tmp.Sync(); err != nil {
		return errors.Join(tidy(err), tmp.Close())
	}
	if err = tmp.Close(); err != nil {
		return tidy(err)
	}
	return tidy(os.Rename(tmp.Name(), name))
}

// WriteAll writes every file, in order, into dir. All are written to temporary
// files before the first is renamed, so that a full disk leaves dir as it was.
func WriteAll(dir string, list []File) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return tidy(err)
	}
	stage, err := os.MkdirTemp(dir, ".scantling-*")
	if err != nil {
		return tidy(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	for _, f := range list {
		if err := Write(filepath.Join(stage, f.Name), f.Content); err != nil {
			return err
		}
	}
	for _, f := range list {
		if err := os.Rename(filepath.Join(stage, f.Name), filepath.Join(dir, f.Name)); err != nil {
			return tidy(err)
		}
	}
	return nil
}

// tidy shortens the errors of package os to what a user needs: "web.hcl: no
// such file or directory".
func tidy(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}
