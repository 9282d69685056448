package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/catalogs/cache"
	"github.com/scantling-dev/scantling/internal/cli"
	"github.com/scantling-dev/scantling/internal/testkit/fakeaws"
	"github.com/scantling-dev/scantling/internal/testkit/fakegcp"
	"github.com/scantling-dev/scantling/planner/units"
	gcp "github.com/scantling-dev/scantling/providers/gcp/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// noon is when the tests of refresh run.
func noon() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) }

// collected is the catalog that a cloud gives: two types of a region.
func collected(provider, region string, day units.Date, cents units.USDPerHour) catalogs.Catalog {
	price := catalogs.Price{Rate: cents * units.DollarPerHour / 100, Basis: catalogs.Listed, Date: day, Source: "list"}
	return catalogs.Catalog{
		Provider: provider, Region: region, Source: provider + " " + string(day), Date: day,
		Sources: []catalogs.Source{{Tag: "list", Date: day, Origin: "the price list", Gives: "prices"}},
		Zones:   []catalogs.Zone{{Name: region + "a", ID: "x-az1"}},
		Types: []catalogs.InstanceType{
			{Name: "m5.large", Family: "m5", Generation: 5, Architecture: catalogs.AMD64, VCPUs: 2, Memory: 8 * units.GiB, OnDemand: price},
			{Name: "m99.large", Family: "m99", Generation: 99, Architecture: catalogs.AMD64, VCPUs: 2, Memory: 8 * units.GiB},
		},
	}
}

// account is a world with a cache of its own and a cloud that answers from a function.
type account struct {
	dir   string
	env   []string
	now   func() time.Time
	cloud cli.Cloud

	mu    sync.Mutex
	asked []string
}

func newAccount(t *testing.T, cloud cli.Cloud) *account {
	t.Helper()
	dir := t.TempDir()
	return &account{dir: dir, env: []string{"SCANTLING_CATALOG_DIR=" + dir}, now: noon, cloud: cloud}
}

// priced is a cloud where m5.large costs so many cents.
func priced(cents units.USDPerHour) cli.Cloud {
	return func(_ context.Context, r refresh.Request, _ cli.Account) (refresh.Result, error) {
		return refresh.Result{Catalog: collected("aws", r.Region, r.Today, cents)}, nil
	}
}

func (a *account) run(ctx context.Context, args ...string) (code cli.ExitCode, stdout, stderr string) {
	var out, notes bytes.Buffer
	ask := func(ctx context.Context, r refresh.Request, as cli.Account) (refresh.Result, error) {
		a.mu.Lock()
		a.asked = append(a.asked, r.Region)
		a.mu.Unlock()
		return a.cloud(ctx, r, as)
	}
	code = cli.Run(ctx, cli.World{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &notes, Env: a.env, Now: a.now,
		Clouds: map[string]cli.Cloud{"aws": ask, "gcp": ask},
	})
	return code, out.String(), notes.String()
}

// cached is the catalog of a region in the account's cache.
func (a *account) cached(t *testing.T, region string) catalogs.Catalog {
	t.Helper()
	e, err := cache.At(a.dir).Get(cache.Name{Provider: "aws", Region: region})
	if err != nil {
		t.Fatal(err)
	}
	return e.Catalog
}

// row returns the cells of the line of a table that starts with the words.
func row(t *testing.T, text, words string) []string {
	t.Helper()
	for line := range strings.Lines(text) {
		if cells := strings.Fields(line); strings.HasPrefix(strings.Join(cells, " "), words) {
			return cells
		}
	}
	t.Fatalf("no row of %s in:\n%s", words, text)
	return nil
}

// The snapshot's m5.large of us-east-1 is 0.096 an hour: 9 cents are a change, m99.large
// is new, all other types of the snapshot are gone.
func TestRefreshReplacesTheSnapshot(t *testing.T) {
	a := newAccount(t, func(_ context.Context, r refresh.Request, as cli.Account) (refresh.Result, error) {
		base, ok := r.Base.Type("m5.large")
		if !ok || base.MeasuredMemory == 0 || r.Base.Source != "snapshot" {
			t.Errorf("the base is %s with %+v", r.Base.Source, base)
		}
		if r.Today != "2026-12-01" || !r.Now.Equal(noon()) || r.Spot != (refresh.SpotWindow{Statistic: "max", Window: time.Hour}) || as.Profile != "dev" {
			t.Errorf("asked with %+v as %+v", r, as)
		}
		return refresh.Result{
			Catalog:     collected("aws", r.Region, r.Today, 9),
			Quarantined: []catalogs.Problem{{Path: "types.m5.huge", Reason: "has 0 vCPUs"}},
			Quotas:      []refresh.Quota{{Name: "on_demand_vcpus", Limit: 640, Origin: "ec2 L-1216C47A"}},
		}, nil
	})
	code, out, notes := a.run(t.Context(), "catalog", "refresh", "--region", "us-east-1", "--spot", "max", "--spot-window", "1h", "--profile", "dev")
	if code != cli.Done || notes != "" {
		t.Fatalf("exit %d\n%s", code, notes)
	}
	// The snapshot's own count is in its status.
	var status bytes.Buffer
	if code := cli.Run(t.Context(), cli.World{Args: []string{"catalog", "status", "--region", "us-east-1", "--today", "2026-12-01", "-o", "json"}, Stdout: &status, Stderr: &status}); code != cli.Done {
		t.Fatal(status.String())
	}
	var doc struct {
		Catalogs []struct {
			Types int `json:"instance_types"`
			Age   int `json:"age_days"`
		} `json:"catalogs"`
	}
	if err := json.Unmarshal(status.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Catalogs[0].Age != 11 { // 2026-11-20 to 2026-12-01
		t.Errorf("the snapshot is %d days old", doc.Catalogs[0].Age)
	}
	cells := row(t, out, "aws us-east-1")
	want := []string{"refreshed", "2", "1", "0", "1", "1", "1"}
	if !slices.Equal(cells[2:9], want) || strings.ReplaceAll(cells[9], ",", "") != strconv.Itoa(doc.Catalogs[0].Types-1) || !strings.HasPrefix(cells[10], "snapshot") {
		t.Errorf("the row is %v, want %v, %d gone, before snapshot", cells, want, doc.Catalogs[0].Types-1)
	}
	for _, text := range []string{"quarantined types.m5.huge: has 0 vCPUs", "on_demand_vcpus = 640"} {
		if !strings.Contains(out, text) {
			t.Errorf("%q is missing in:\n%s", text, out)
		}
	}
	if _, out, _ := a.run(t.Context(), "catalog", "show", "m5.large"); !strings.Contains(out, "0.09") || !strings.Contains(out, "2026-12-01") {
		t.Errorf("m5.large is\n%s", out)
	}
	if _, out, _ := a.run(t.Context(), "catalog", "show", "m5.large", "--catalog", "snapshot"); !strings.Contains(out, "0.096") {
		t.Errorf("of the snapshot m5.large is\n%s", out)
	}
	a.now = func() time.Time { return noon().AddDate(0, 0, 7) }
	_, out, _ = a.run(t.Context(), "catalog", "status", "--region", "us-east-1")
	if cells := row(t, out, "aws us-east-1"); !slices.Equal(cells[2:6], []string{"2026-12-01", "7", "d", "cache"}) {
		t.Errorf("the status is %v", cells)
	}
}

// What failed is asked again, what is of today is not, and without --region the cache
// says what is refreshed.
func TestRefreshGoesOn(t *testing.T) {
	throttled := true
	a := newAccount(t, nil)
	a.cloud = func(ctx context.Context, r refresh.Request, as cli.Account) (refresh.Result, error) {
		if r.Region == "eu-west-1" && throttled {
			return refresh.Result{}, &refresh.Error{Kind: refresh.Throttled, Call: "ec2:DescribeInstanceTypes", Advice: "Try again later.", Err: errors.New("request limit exceeded")}
		}
		return priced(9)(ctx, r, as)
	}
	code, out, notes := a.run(t.Context(), "catalog", "refresh", "--region", "us-east-1,eu-west-1", "--region", "eu-central-1")
	if code != cli.EnvironmentFailed {
		t.Errorf("exit %d", code)
	}
	for _, want := range []string{"aws eu-west-1: ec2:DescribeInstanceTypes: throttled: request limit exceeded", "What to do: Try again later.", "1 of 3 regions failed, and are as they were"} {
		if !strings.Contains(notes, want) {
			t.Errorf("%q is missing in:\n%s", want, notes)
		}
	}
	if got := row(t, out, "aws eu-west-1")[2]; got != "failed" {
		t.Errorf("eu-west-1 is %s", got)
	}
	throttled, a.asked = false, nil
	if code, out, notes := a.run(t.Context(), "catalog", "refresh", "--region", "us-east-1,eu-west-1,eu-central-1"); code != cli.Done || !strings.Contains(out, "it is of today already; --force asks again") {
		t.Errorf("exit %d\n%s%s", code, out, notes)
	}
	if !slices.Equal(a.asked, []string{"eu-west-1"}) {
		t.Errorf("the second time %v were asked", a.asked)
	}
	for _, tt := range []struct {
		args []string
		day  int
		want []string
	}{
		{[]string{"--force", "--region", "us-east-1"}, 0, []string{"us-east-1"}},
		{nil, 1, []string{"eu-central-1", "eu-west-1", "us-east-1"}},
		{nil, 1, nil},
	} {
		a.asked, a.now = nil, func() time.Time { return noon().AddDate(0, 0, tt.day) }
		if code, _, notes := a.run(t.Context(), append([]string{"catalog", "refresh"}, tt.args...)...); code != cli.Done {
			t.Errorf("exit %d\n%s", code, notes)
		}
		slices.Sort(a.asked)
		if !slices.Equal(a.asked, tt.want) {
			t.Errorf("day %d, %v: asked %v, want %v", tt.day, tt.args, a.asked, tt.want)
		}
	}
}

// An interrupt leaves what was there, keeps what is done, and says so.
func TestRefreshIsInterrupted(t *testing.T) {
	a := newAccount(t, priced(9))
	if code, _, notes := a.run(t.Context(), "catalog", "refresh", "--region", "eu-west-1"); code != cli.Done {
		t.Fatalf("exit %d\n%s", code, notes)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	a.now = func() time.Time { return noon().AddDate(0, 0, 1) }
	a.cloud = func(ctx context.Context, r refresh.Request, as cli.Account) (refresh.Result, error) {
		if r.Region == "eu-west-1" {
			interrupt()
			<-ctx.Done()
			return refresh.Result{}, context.Cause(ctx)
		}
		return priced(11)(ctx, r, as)
	}
	code, out, notes := a.run(ctx, "catalog", "refresh", "--region", "eu-central-1,eu-west-1,us-east-1", "--parallel", "1")
	if code != cli.EnvironmentFailed || !strings.Contains(notes, "Interrupted: ") || !strings.Contains(notes, "The same command goes on from here.") {
		t.Errorf("exit %d\n%s%s", code, out, notes)
	}
	if c := a.cached(t, "eu-west-1"); c.Date != "2026-12-01" {
		t.Errorf("eu-west-1 is now of %s", c.Date)
	}
}

// Keys are written nowhere: not by a client that puts them into its error, and not into
// the cache.
func TestCredentialsAppearNowhere(t *testing.T) {
	const id, secret, token = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEXAMPLETOKEN"
	a := newAccount(t, nil)
	a.env = append(a.env, "AWS_ACCESS_KEY_ID="+id, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_SESSION_TOKEN="+token)
	a.cloud = func(ctx context.Context, r refresh.Request, as cli.Account) (refresh.Result, error) {
		if r.Region == "eu-west-1" {
			return refresh.Result{}, &refresh.Error{
				Kind: refresh.Credentials, Call: "sts:AssumeRole", Advice: "Check " + id + ".",
				Err: errors.New("signed with " + secret + " and " + token),
			}
		}
		if r.Region == "eu-north-1" {
			return refresh.Result{}, errors.New("dial with " + secret)
		}
		return priced(9)(ctx, r, as)
	}
	for _, format := range []string{"text", "json"} {
		code, out, notes := a.run(t.Context(), "catalog", "refresh", "--region", "eu-west-1,eu-north-1,us-east-1", "-o", format)
		if code != cli.EnvironmentFailed || !strings.Contains(notes, "signed with (AWS_SECRET_ACCESS_KEY) and (AWS_SESSION_TOKEN)") {
			t.Errorf("exit %d\n%s", code, notes)
		}
		written := out + notes
		err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if strings.HasSuffix(path, ".gz") {
				if b, err = catalogs.Decompress(b); err != nil {
					return err
				}
			}
			written += path + string(b)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{id, secret, token} {
			if strings.Contains(written, key) {
				t.Errorf("%s was written", key)
			}
		}
	}
}

// Progress is told after a second, and no more than once a second.
func TestProgressIsTold(t *testing.T) {
	a := newAccount(t, nil)
	clock := noon()
	a.now = func() time.Time { return clock }
	a.cloud = func(ctx context.Context, r refresh.Request, as cli.Account) (refresh.Result, error) {
		for _, after := range []int{300, 900, 1000, 1500, 2100, 65000} {
			clock = noon().Add(time.Duration(after) * time.Millisecond)
			r.Progress(refresh.Step{Name: "spot prices", Done: after})
		}
		clock = noon().Add(70 * time.Second)
		r.Progress(refresh.Step{Name: "types", Done: 3, Total: 4})
		return priced(9)(ctx, r, as)
	}
	code, _, notes := a.run(t.Context(), "catalog", "refresh", "--region", "us-east-1")
	want := "aws us-east-1: spot prices 1000, 1 s\naws us-east-1: spot prices 2100, 2 s\naws us-east-1: spot prices 65000, 65 s\naws us-east-1: types 3 of 4, 70 s\n"
	if code != cli.Done || notes != want {
		t.Errorf("exit %d, told\n%swant\n%s", code, notes, want)
	}
}

// A catalog that cannot be right takes no other one's place.
func TestStrangeAnswersAreNotKept(t *testing.T) {
	change := func(f func(*catalogs.Catalog)) cli.Cloud {
		return func(_ context.Context, r refresh.Request, _ cli.Account) (refresh.Result, error) {
			c := collected("aws", r.Region, r.Today, 11)
			f(&c)
			return refresh.Result{Catalog: c}, nil
		}
	}
	for name, tt := range map[string]struct {
		cloud cli.Cloud
		code  cli.ExitCode
		says  string
	}{
		"no types":       {change(func(c *catalogs.Catalog) { c.Types = nil }), cli.EnvironmentFailed, "it has no types or no zones"},
		"no zones":       {change(func(c *catalogs.Catalog) { c.Zones = nil }), cli.EnvironmentFailed, "it has no types or no zones"},
		"no prices":      {change(func(c *catalogs.Catalog) { c.Types = c.Types[1:] }), cli.EnvironmentFailed, "no price in it is known"},
		"another region": {change(func(c *catalogs.Catalog) { c.Region = "eu-west-1" }), cli.EnvironmentFailed, "it is that of aws eu-west-1"},
		"another day":    {change(func(c *catalogs.Catalog) { c.Date = "2026-11-30"; c.Types = c.Types[:0] }), cli.EnvironmentFailed, "it is that of"},
		"not valid":      {change(func(c *catalogs.Catalog) { c.Types[0].VCPUs = 0 }), cli.EnvironmentFailed, "types.m5.large"},
		"refused": {func(context.Context, refresh.Request, cli.Account) (refresh.Result, error) {
			return refresh.Result{}, &refresh.Error{Kind: refresh.Refused, Call: "refresh", Advice: "Declare a rate.", Err: errors.New("priced in CNY")}
		}, cli.WrongUse, "What to do: Declare a rate."},
		"a bug": {func(context.Context, refresh.Request, cli.Account) (refresh.Result, error) { panic("oh") }, cli.OurBug, "this is a bug"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, priced(9))
			a.run(t.Context(), "catalog", "refresh", "--region", "us-east-1")
			old := a.cached(t, "us-east-1")
			a.cloud, a.now = tt.cloud, func() time.Time { return noon().AddDate(0, 0, 1) }
			code, out, notes := a.run(t.Context(), "catalog", "refresh")
			if code != tt.code || !strings.Contains(notes, tt.says) {
				t.Errorf("exit %d, want %d and %q\n%s%s", code, tt.code, tt.says, out, notes)
			}
			if now := a.cached(t, "us-east-1"); now.SHA256 != old.SHA256 {
				t.Error("the old catalog is gone")
			}
		})
	}
}

// A damaged catalog fails what rests on it, says what to do, and a refresh mends it.
func TestDamagedCatalogIsMended(t *testing.T) {
	a := newAccount(t, priced(9))
	a.run(t.Context(), "catalog", "refresh", "--region", "us-east-1,eu-west-1")
	path := filepath.Join(a.dir, "aws", "us-east-1.tsv.gz")
	if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	spec := filepath.Join(t.TempDir(), "main.hcl")
	if err := os.WriteFile(spec, []byte(strangeCluster), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"catalog", "list"}, {"catalog", "show", "m5.large"}, {"validate", spec}, {"plan", spec}, {"catalog", "export", "--region", "us-east-1", "--out", spec + ".tar"}} {
		code, out, notes := a.run(t.Context(), args...)
		told := strings.Join(strings.Fields(notes), " ") // diagnostics are wrapped
		if code != cli.EnvironmentFailed || out != "" || !strings.Contains(strings.ReplaceAll(told, " ", ""), path) || !strings.Contains(told, "refresh or import aws us-east-1 again") {
			t.Errorf("%v: exit %d\n%s%s", args, code, out, notes)
		}
	}
	code, out, _ := a.run(t.Context(), "catalog", "status", "--provider", "aws")
	if cells := row(t, out, "aws us-east-1"); code != cli.EnvironmentFailed || cells[2] != "damaged" || row(t, out, "aws eu-west-1")[5] != "cache" {
		t.Errorf("exit %d\n%s", code, out)
	}
	if code, _, notes := a.run(t.Context(), "validate", spec, "--catalog", "snapshot"); code != cli.Done {
		t.Errorf("with the snapshot: exit %d\n%s", code, notes)
	}
	if code, _, notes := a.run(t.Context(), "catalog", "refresh"); code != cli.Done {
		t.Errorf("refresh: exit %d\n%s", code, notes)
	}
	a.cached(t, "us-east-1")
}

func TestRefreshIsUsedWrongly(t *testing.T) {
	for _, tt := range []struct {
		args string
		says string
	}{
		{"", "which regions?"},
		{"--provider azure --region x", "azure is not one of aws, gcp"},
		{"--region ../x", "cannot name a provider or a region"},
		{"--region us-east-1 --project p", "--project is of gcp, and --provider is aws"},
		{"--provider gcp --region us-central1 --profile p", "--profile is of aws, and --provider is gcp"},
		{"--region us-east-1 --spot min", "min is not one of mean, max, current"},
		{"--region us-east-1 --spot-window 2161h", "is not between 0 and"},
		{"--region us-east-1 --spot-window -1h", "is not between 0 and"},
		{"--region us-east-1 --parallel 0", "0 is not between 1 and 16"},
		{"--region us-east-1 --concurrency 65", "65 is not between 1 and 64"},
		{"--region cn-north-1 --exchange cheap", "cheap is no number of dollars"},
		{"--region cn-north-1 --exchange NaN", "NaN is no number of dollars"},
		{"--region us-east-1 -o xml", "xml is not one of text, json"},
	} {
		a := newAccount(t, priced(9))
		code, out, notes := a.run(t.Context(), append([]string{"catalog", "refresh"}, strings.Fields(tt.args)...)...)
		if code != cli.WrongUse || out != "" || !strings.Contains(notes, tt.says) || len(a.asked) > 0 {
			t.Errorf("%s: exit %d, asked %v\n%s%s", tt.args, code, a.asked, out, notes)
		}
	}
	// A world without a folder for the cache, and one that cannot be written.
	a := newAccount(t, priced(9))
	a.env = nil
	if code, _, notes := a.run(t.Context(), "catalog", "refresh", "--region", "us-east-1"); code != cli.EnvironmentFailed || !strings.Contains(notes, "set SCANTLING_CATALOG_DIR") {
		t.Errorf("without a folder: exit %d\n%s", code, notes)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a.env = []string{"SCANTLING_CATALOG_DIR=" + file}
	if code, _, notes := a.run(t.Context(), "catalog", "refresh", "--region", "us-east-1"); code != cli.EnvironmentFailed || !strings.Contains(notes, "not a directory") {
		t.Errorf("a file for a folder: exit %d\n%s", code, notes)
	}
}

// An interrupt reaches the calls of the real client that are under way: one of them
// would never be answered.
func TestInterruptEndsCalls(t *testing.T) {
	server := fakeaws.Start(fakeaws.Oregon())
	defer server.Close()
	server.Fail("ec2:DescribeSpotPriceHistory", fakeaws.Fault{Hang: true})
	for _, kv := range server.Env() {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	a := newAccount(t, func(ctx context.Context, r refresh.Request, as cli.Account) (refresh.Result, error) {
		r.Progress = func(refresh.Step) { interrupt() }
		return cli.Clouds()["aws"](ctx, r, as)
	})
	code, out, notes := a.run(ctx, "catalog", "refresh", "--region", "us-west-2")
	if code != cli.EnvironmentFailed || !strings.Contains(notes, "Interrupted: 0 of 1 regions are done") {
		t.Errorf("exit %d\n%s%s", code, out, notes)
	}
	if left, err := os.ReadDir(a.dir); err != nil || len(left) > 0 {
		t.Errorf("the cache holds %v, %v", left, err)
	}
}

// A region of Google Cloud comes from an API that speaks the real protocol: the price of
// n2-standard-4 in us-central1 is that of the price list, 0.194236 an hour.
func TestRefreshFromGoogle(t *testing.T) {
	cloud, err := fakegcp.FromTables(os.DirFS("../../catalogs/sources"), "us-central1")
	if err != nil {
		t.Fatal(err)
	}
	server := fakegcp.Start(t, cloud)
	a := newAccount(t, func(ctx context.Context, r refresh.Request, as cli.Account) (refresh.Result, error) {
		return gcp.Fetch(ctx, r, gcp.Options{Project: as.Project, Endpoint: server.URL})
	})
	args := []string{"catalog", "refresh", "--provider", "gcp", "--region", "us-central1"}
	if code, _, notes := a.run(t.Context(), args...); code != cli.WrongUse || !strings.Contains(notes, "--project: in the name of which project") {
		t.Errorf("without a project: exit %d\n%s", code, notes)
	}
	a.env = append(a.env, "GOOGLE_CLOUD_PROJECT="+cloud.Project)
	code, out, notes := a.run(t.Context(), args...)
	if code != cli.Done || row(t, out, "gcp us-central1")[2] != "refreshed" {
		t.Fatalf("exit %d\n%s%s", code, out, notes)
	}
	_, out, notes = a.run(t.Context(), "catalog", "show", "n2-standard-4", "--provider", "gcp")
	if !strings.Contains(out, "0.194236") || !strings.Contains(out, "2026-12-01") {
		t.Errorf("n2-standard-4 is\n%s%s", out, notes)
	}
}
