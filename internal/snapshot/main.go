// Command snapshot makes the catalogs that the program carries from the figures
// in catalogs/sources:
//
//	go run ./internal/snapshot -in catalogs/sources -out catalogs/snapshot/data
//
// It reads no clock and no network; a second run changes nothing.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/scantling-dev/scantling/internal/snapshot/generate"
)

func main() {
	in := flag.String("in", "catalogs/sources", "folder of the figures")
	out := flag.String("out", "catalogs/snapshot/data", "folder of the catalogs")
	flag.Parse()
	log.SetFlags(0)
	log.SetPrefix("snapshot: ")
	if flag.NArg() > 0 {
		log.Fatalf("unexpected argument %q", flag.Arg(0))
	}
	if err := run(*in, *out); err != nil {
		log.Fatal(err)
	}
}

func run(in, out string) error {
	result, err := generate.Catalogs(os.DirFS(in))
	if err != nil {
		return err
	}
	written, err := generate.Write(out, result.Catalogs)
	if err != nil {
		return err
	}
	for _, e := range result.Excluded {
		fmt.Printf("left out: %6d rows of %s: %s\n", e.Rows, e.File, e.Reason)
	}
	fmt.Printf("%d catalogs, %d files changed\n", len(result.Catalogs), written)
	return nil
}
