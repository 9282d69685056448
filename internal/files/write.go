package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// newMode is the mode of a file that was not there before, less the umask.
const newMode = 0o666

// maxTemporary bounds the temporary files of others (of runs that were killed)
// that are stepped over.
const maxTemporary = 10_000

// maxLinks is how many symbolic links are followed before they count as a loop,
// as Linux has it (path_resolution(7)).
const maxLinks = 40

// Write writes content to name: first to a temporary file beside it, which is
// then renamed, so that a reader sees the old file or the new one and never a
// part. The mode of an old file is kept. Symbolic links are followed, and the
// file that a dangling one names is made. What is no regular file (a pipe, a
// device) is written to as it is; a folder is refused. Missing folders are made,
// and taken away again if the file cannot be written.
func Write(name string, content []byte) error {
	return writeAll([]File{{Name: name, Content: content}})
}

// WriteAll writes every file into dir, each as Write does. All names are looked
// at and all contents stand in temporary files before the first is renamed; if a
// later one cannot be renamed, those before get their old content back. So dir
// holds all of the new files or is as it was, but for pipes and devices.
func WriteAll(dir string, list []File) error {
	inside := make([]File, len(list))
	for i, f := range list {
		inside[i] = File{Name: filepath.Join(dir, f.Name), Content: f.Content}
	}
	return writeAll(inside)
}

func writeAll(list []File) (err error) {
	targets := make([]*target, len(list))
	for i, f := range list {
		if targets[i], err = look(f); err != nil {
			return err
		}
	}
	defer func() {
		for _, t := range slices.Backward(targets) {
			err = errors.Join(err, t.clean(err != nil))
		}
	}()
	for _, t := range targets {
		if err := t.stage(len(targets) > 1); err != nil {
			return err
		}
	}
	for _, t := range targets {
		if err := t.writeThrough(); err != nil {
			return err
		}
	}
	for _, t := range targets {
		if err := t.commit(); err != nil {
			return err
		}
	}
	return nil
}

// target is a file on its way to the disk.
type target struct {
	// name that was asked for, path without links.
	name, path string
	content    []byte
	mode       fs.FileMode
	// there: a regular file is there already. through: something that is not one.
	there, through bool
	// temporary holds the new content, backup the old; empty before they are made
	// and after they are gone.
	temporary, backup string
	committed         bool
	// made are the folders that were made for it, outermost first.
	made []string
}

// look finds out what is at a file's name, and refuses what cannot be written.
func look(f File) (*target, error) {
	t := &target{name: f.Name, content: f.Content, mode: newMode}
	if base := lastName(f.Name); base == "" || base == "." || base == ".." {
		return nil, fmt.Errorf("%s %w", f.Name, ErrFolder)
	}
	switch info, err := os.Stat(f.Name); {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s %w", f.Name, ErrFolder)
	case err == nil && !info.Mode().IsRegular():
		t.through, t.path = true, f.Name
		return t, nil
	case err == nil:
		t.there, t.mode = true, info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return nil, tidy(err)
	}
	var err error
	t.path, err = follow(f.Name)
	return t, err
}

// lastName returns what stands after the last separator.
func lastName(name string) string {
	_, base := filepath.Split(name)
	return base
}

// follow returns the name that the symbolic links at name lead to, whether or not
// anything is there.
func follow(name string) (string, error) {
	for range maxLinks {
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return name, nil
		}
		if err != nil {
			return "", tidy(err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return name, nil
		}
		to, err := os.Readlink(name)
		if err != nil {
			return "", tidy(err)
		}
		if !filepath.IsAbs(to) {
			// Not joined: what stands before a ".." may be a link itself.
			dir, _ := filepath.Split(name)
			to = dir + to
		}
		name = to
	}
	return "", fmt.Errorf("%s: too many symbolic links", name)
}

// stage writes the new content, and with backup the old, beside the target.
func (t *target) stage(backup bool) (err error) {
	if t.through {
		return nil
	}
	if t.made, err = makeFolders(filepath.Dir(t.path)); err != nil {
		return err
	}
	if t.temporary, err = t.write(t.content); err != nil || !backup || !t.there {
		return err
	}
	old, err := os.ReadFile(t.path)
	if err != nil {
		return tidy(err)
	}
	t.backup, err = t.write(old)
	return err
}

// write writes content to a temporary file beside the target.
func (t *target) write(content []byte) (name string, err error) {
	tmp, err := t.open()
	if err != nil {
		return "", tidy(err)
	}
	defer func() { err = errors.Join(err, tidy(tmp.Close())) }()
	if _, err = tmp.Write(content); err != nil {
		return tmp.Name(), tidy(err)
	}
	if t.there {
		if err = tmp.Chmod(t.mode); err != nil {
			return tmp.Name(), tidy(err)
		}
	}
	return tmp.Name(), tidy(tmp.Sync())
}

// open makes the first temporary file beside the target whose name is free. A new
// file's mode is what the umask leaves of newMode.
func (t *target) open() (f *os.File, err error) {
	for i := range maxTemporary {
		name := filepath.Join(filepath.Dir(t.path), fmt.Sprintf(".scantling-%d", i))
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, t.mode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return f, err
}

// writeThrough writes to what is no regular file.
func (t *target) writeThrough() (err error) {
	if !t.through {
		return nil
	}
	f, err := os.OpenFile(t.path, os.O_WRONLY, 0)
	if err != nil {
		return tidy(err)
	}
	defer func() { err = errors.Join(err, tidy(f.Close())) }()
	_, err = f.Write(t.content)
	return tidy(err)
}

// commit puts the new content in place.
func (t *target) commit() error {
	if t.through {
		return nil
	}
	if err := os.Rename(t.temporary, t.path); err != nil {
		return tidy(err)
	}
	t.temporary, t.committed = "", true
	return nil
}

// clean takes away what is left of the work, and with undo the work itself.
func (t *target) clean(undo bool) error {
	var errs []error
	if undo && t.committed {
		if t.there {
			errs = append(errs, tidy(os.Rename(t.backup, t.path)))
			t.backup = ""
		} else {
			errs = append(errs, tidy(os.Remove(t.path)))
		}
	}
	for _, name := range []string{t.temporary, t.backup} {
		if name != "" {
			errs = append(errs, tidy(os.Remove(name)))
		}
	}
	if undo {
		for _, dir := range slices.Backward(t.made) {
			errs = append(errs, tidy(os.Remove(dir)))
		}
	}
	return errors.Join(errs...)
}

// makeFolders makes dir and what is missing above it, and returns what it made,
// outermost first.
func makeFolders(dir string) ([]string, error) {
	var missing []string
	for d := filepath.Clean(dir); ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil || !errors.Is(err, fs.ErrNotExist) || d == filepath.Dir(d) {
			break
		}
		missing = append(missing, d)
	}
	slices.Reverse(missing)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		// What was made before it failed: taken away as far as it goes.
		for _, d := range slices.Backward(missing) {
			_ = os.Remove(d)
		}
		return nil, tidy(err)
	}
	return missing, nil
}
