package cache

import "path/filepath"

// Faulty is a disk that breaks: every byte that is written is a step, and so is
// every other call.
type Faulty struct {
	realDisk
	// Left is how many steps are left.
	Left int
	// OnlySpace: only bytes and new files are steps, as where a disk is full.
	OnlySpace bool
	// Broken is called for the step that is one too many, and its error returned.
	Broken func() error
	// Once: the steps after it succeed.
	Once bool

	broke bool
}

// AtFaulty is a cache on a disk that breaks.
func AtFaulty(dir string, f *Faulty) *Cache { return &Cache{dir: dir, disk: f} }

// Quiet is a cache that never waits for the disk: what tests kill are processes, not
// machines.
func Quiet(dir string) *Cache { return AtFaulty(dir, &Faulty{Left: 1 << 40}) }

func (f *Faulty) steps(n int) (int, error) {
	if f.broke && f.Once {
		return n, nil
	}
	if n <= f.Left {
		f.Left -= n
		return n, nil
	}
	n, f.Left, f.broke = f.Left, 0, true
	return n, f.Broken()
}

func (f *Faulty) call(space bool) error {
	if f.OnlySpace && !space {
		return nil
	}
	_, err := f.steps(1)
	return err
}

func (f *Faulty) mkdir(dir string) error {
	if err := f.call(true); err != nil {
		return err
	}
	return f.realDisk.mkdir(dir)
}

func (f *Faulty) create(dir string) (temporary, error) {
	if err := f.call(true); err != nil {
		return nil, err
	}
	t, err := f.realDisk.create(dir)
	return &faultyFile{t, f}, err
}

func (f *Faulty) rename(t temporary, to string) error {
	if err := f.call(false); err != nil {
		return err
	}
	return f.realDisk.rename(t.(*faultyFile).temporary, to)
}

func (f *Faulty) discard(t temporary) error { return f.realDisk.discard(t.(*faultyFile).temporary) }

func (f *Faulty) syncDir(string) error { return f.call(false) }

type faultyFile struct {
	temporary
	disk *Faulty
}

func (t *faultyFile) Write(b []byte) (int, error) {
	n, broken := t.disk.steps(len(b))
	if _, err := t.temporary.Write(b[:n]); err != nil {
		return 0, err
	}
	return n, broken
}

// Sync is a step and syncs nothing.
func (t *faultyFile) Sync() error { return t.disk.call(false) }

// Held makes a temporary file of a provider as a living writer has it, and returns
// its name and what ends it.
func Held(c *Cache, provider string) (name string, finish func(to string) error, err error) {
	dir := filepath.Join(c.dir, provider)
	if err := c.disk.mkdir(dir); err != nil {
		return "", nil, err
	}
	t, err := c.disk.create(dir)
	if err != nil {
		return "", nil, err
	}
	return t.Name(), func(to string) error { return c.disk.rename(t, to) }, nil
}
