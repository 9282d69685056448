package refresh

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/refresh"
)

const (
	callSpot = "ec2:DescribeSpotPriceHistory"

	// linux is the product whose spot prices hold for Linux machines of a VPC.
	linux = "Linux/UNIX"

	// spotPage is the largest page that EC2 serves, and spotChunk how many types are
	// asked for at a time: pages follow each other, so chunks are what runs side by side.
	spotPage  = 1000
	spotChunk = 40

	// maxSpotWindow is how far back EC2 keeps spot prices.
	maxSpotWindow = 90 * 24 * time.Hour
)

// checkWindow refuses a statistic that we do not know or EC2 has no data for.
func checkWindow(w refresh.SpotWindow) error {
	known := []string{"mean", "max", "current"}
	if !slices.Contains(known, w.Statistic) {
		return refuse(fmt.Errorf("spot statistic %q is not one of %s", w.Statistic, strings.Join(known, ", ")),
			"Name a statistic of spot prices.")
	}
	if w.Window <= 0 || w.Window > maxSpotWindow {
		return refuse(fmt.Errorf("a spot window of %s", w.Window), "Take a window of spot prices of up to 90 days.")
	}
	return nil
}

// spotKey names a series of prices.
type spotKey struct{ typeName, zone string }

// spotPoint is a price from a second of Unix time on.
type spotPoint struct {
	at   int64
	rate units.USDPerHour
}

// spotHistory keeps the points of each series: 16 bytes a record, in the order in
// which they came, which means nothing.
type spotHistory map[spotKey][]spotPoint

// collectSpot asks for the history of spot prices of the types.
func (f *fetcher) collectSpot(ctx context.Context, names []string) error {
	group, inner := errgroup.WithContext(ctx)
	chunks := (len(names) + spotChunk - 1) / spotChunk
	for chunk := range slices.Chunk(names, spotChunk) {
		group.Go(func() error {
			if err := f.spotPrices(inner, chunk); err != nil {
				return err
			}
			f.progress("spot prices", 1, chunks)
			return nil
		})
	}
	return group.Wait()
}

func (f *fetcher) spotPrices(ctx context.Context, names []string) error {
	input := ec2.DescribeSpotPriceHistoryInput{
		StartTime: aws.Time(f.req.Now.Add(-f.req.Spot.Window)), EndTime: aws.Time(f.req.Now),
		ProductDescriptions: []string{linux}, MaxResults: aws.Int32(spotPage),
	}
	for _, name := range names {
		input.InstanceTypes = append(input.InstanceTypes, types.InstanceType(name))
	}
	return pages(ctx, f, callSpot, func(token *string) (*string, error) {
		in := input
		in.NextToken = token
		out, err := f.clients.ec2.DescribeSpotPriceHistory(ctx, &in)
		if err != nil {
			return nil, err
		}
		if out.SpotPriceHistory == nil {
			return nil, errNoList
		}
		f.addSpot(out.SpotPriceHistory)
		return out.NextToken, nil
	})
}

// addSpot keeps the records of a page that are prices of Linux in those of the region's
// zones that offer the type.
func (f *fetcher) addSpot(records []types.SpotPrice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range records {
		r := &records[i]
		name, zone := string(r.InstanceType), aws.ToString(r.AvailabilityZone)
		offered := f.hasZone(zone) && slices.Contains(f.offerings[name], zone)
		if string(r.ProductDescription) != linux || !offered || r.Timestamp == nil {
			continue
		}
		rate, err := f.rate(aws.ToString(r.SpotPrice))
		if err != nil || rate <= 0 {
			f.problems = append(f.problems, catalogs.Problem{
				Path:   "types." + name + ".spot",
				Reason: fmt.Sprintf("a price of %q in %s: the record is left out", aws.ToString(r.SpotPrice), zone),
			})
			continue
		}
		// The series and its name outlive the page, whose memory they must not keep.
		key := spotKey{strings.Clone(name), strings.Clone(zone)}
		f.spot[key] = append(f.spot[key], spotPoint{at: r.Timestamp.Unix(), rate: rate})
	}
}

// spotRates works out the statistic of each type: that of its dearest zone, because a
// plan that counts on all zones must not be short in one.
func (f *fetcher) spotRates() map[string]units.USDPerHour {
	out := map[string]units.USDPerHour{}
	end := f.req.Now.Unix()
	start := f.req.Now.Add(-f.req.Spot.Window).Unix()
	for key, points := range f.spot {
		if rate, ok := statistic(f.req.Spot.Statistic, points, start, end); ok {
			out[key.typeName] = max(out[key.typeName], rate)
		}
	}
	return out
}

// spotStatistic names what a spot price is.
func (f *fetcher) spotStatistic() string {
	window := f.req.Spot.Window.String()
	if days := f.req.Spot.Window / (24 * time.Hour); days > 0 && f.req.Spot.Window%(24*time.Hour) == 0 {
		window = fmt.Sprintf("%d days", days)
		if days == 1 {
			window = "1 day"
		}
	}
	switch f.req.Spot.Statistic {
	case "current":
		return "current price, dearest zone"
	case "max":
		return "highest price of " + window + ", dearest zone"
	default:
		return "mean by time of " + window + ", dearest zone"
	}
}

// statistic is that of one series over the time from start to end. A price holds from
// its record until the next; the last before start is what held at start. Of two
// records of one second the dearer counts. The mean is rounded up.
func statistic(name string, points []spotPoint, start, end int64) (units.USDPerHour, bool) {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b spotPoint) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rate, b.rate)) })
	var weighted, total big.Int
	var highest, last units.USDPerHour
	known := false
	for i, p := range points {
		if p.at > end || i+1 < len(points) && points[i+1].at == p.at {
			continue
		}
		until := end
		if i+1 < len(points) {
			until = min(until, points[i+1].at)
		}
		if until < start || until == start && i+1 < len(points) {
			continue // it was over before the window
		}
		known = true
		last, highest = p.rate, max(highest, p.rate)
		held := big.NewInt(until - max(p.at, start))
		total.Add(&total, held)
		weighted.Add(&weighted, held.Mul(held, big.NewInt(int64(p.rate))))
	}
	switch {
	case !known:
		return 0, false
	case name == "max":
		return highest, true
	case name == "current" || total.Sign() == 0:
		return last, true
	}
	mean, rest := new(big.Int).QuoRem(&weighted, &total, new(big.Int))
	if rest.Sign() > 0 {
		mean.Add(mean, big.NewInt(1))
	}
	return units.USDPerHour(mean.Int64()), true
}
