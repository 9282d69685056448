// Command demandcheck measures how far the sizes and predictions of planner/demand
// are from long simulations with random numbers of their own, and writes the
// tables of docs/models/demand.md.
//
//	go run ./internal/demandcheck -docs docs/models/demand.md
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// scale is how much is measured.
type scale struct {
	// problems is the number of random sizing problems, each against simulations of
	// at least as many arrivals.
	problems, arrivals int
	// predictions is the number of arrivals that a prediction is compared with, at
	// the least; cells leaves out all but each so manieth configuration.
	predictions, cells int
	// workers is how many simulations run side by side. The results do not depend
	// on it.
	workers int
	// notes gets a line for each problem and configuration.
	notes io.Writer
}

// note writes a line about what was measured.
func (s scale) note(format string, args ...any) {
	_, _ = fmt.Fprintf(s.notes, format, args...) // that a note is lost does not matter
}

func main() {
	s := scale{notes: os.Stderr}
	docs := flag.String("docs", "", "the page whose tables are written; none: they are printed")
	flag.IntVar(&s.problems, "problems", 100, "random sizing problems")
	flag.IntVar(&s.arrivals, "arrivals", 20_000_000, "arrivals of the simulations that sizes are held against")
	flag.IntVar(&s.predictions, "predictions", 2_000_000, "arrivals of the simulations that predictions are held against, at loads up to 0.8")
	flag.IntVar(&s.cells, "cells", 1, "measure each so manieth configuration")
	flag.IntVar(&s.workers, "workers", 1, "simulations side by side")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, s, *docs, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demandcheck:", err)
		stop()
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

// run measures, and writes the tables into the page, or to out without one.
func run(ctx context.Context, s scale, docs string, out io.Writer) error {
	var page []byte
	if docs != "" {
		var err error
		if page, err = os.ReadFile(docs); err != nil {
			return err
		}
		if _, err = between(page, nil); err != nil {
			return err
		}
	}
	sizes, err := checkSizes(ctx, s)
	if err != nil {
		return err
	}
	predictions, err := checkPredictions(ctx, s)
	if err != nil {
		return err
	}
	tables := append(sizeTables(sizes, s), predictionTables(predictions, s)...)
	if docs == "" {
		_, err = out.Write(tables)
		return err
	}
	if page, err = between(page, tables); err != nil {
		return err
	}
	return os.WriteFile(docs, page, 0o644)
}
