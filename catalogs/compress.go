package catalogs

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// maxEncoded bounds what Decompress unpacks: ten times what a region of every
// type with every price takes, far below what would harm the machine.
const maxEncoded = 32 << 20

// Compress packs an encoded catalog, without a name or a time, so that equal
// bytes give equal bytes.
func Compress(encoded []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress catalog: %w", err)
	}
	if _, err := w.Write(encoded); err != nil {
		return nil, fmt.Errorf("compress catalog: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress catalog: %w", err)
	}
	return b.Bytes(), nil
}

// Decompress undoes Compress. Its errors wrap ErrDamaged; it refuses what would
// unpack to more than 32 MiB.
func Decompress(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	b := bytes.NewBuffer(make([]byte, 0, min(8*len(packed)+bytes.MinRead, maxEncoded)))
	if _, err := b.ReadFrom(io.LimitReader(r, maxEncoded+1)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if b.Len() > maxEncoded {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrDamaged, maxEncoded)
	}
	return b.Bytes(), nil
}
