// Command scantling sizes Kubernetes clusters: see scantling help.
package main

import (
	"os"

	"github.com/scantling-dev/scantling/internal/cli"
)

func main() { os.Exit(cli.Main()) }
