package run_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/internal/document"
	"github.com/scantling-dev/scantling/internal/emit/terraform"
	"github.com/scantling-dev/scantling/internal/report"
	"github.com/scantling-dev/scantling/internal/run"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/pipeline"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/planner/verify"
)

// fourth is a provider that exists nowhere: all that a new one has to bring, as its
// folder would. A node leaves to pods what it has less 200m and 1 GiB.
type fourth struct{}

const (
	fourthName = "metal_cloud"
	fourthDisk = "flash"
)

func fourthGround() planner.Ground {
	return planner.Ground{Terms: fourth{}.Terms(), New: func(*catalogs.Catalog) planner.Provider { return fourth{} }}
}

func (fourth) Name() string { return fourthName }

func (fourth) Terms() planner.Terms {
	return planner.Terms{
		Provider: fourthName, Mode: planner.Managed, Title: "Metal Kubernetes", DefaultMode: true,
		CNIs: []planner.CNI{planner.Cilium}, Images: []planner.Image{planner.Ubuntu},
		Families: map[planner.Role][]string{planner.App: {"even*"}}, FamilyEnd: "_", TypeExample: "even1_4",
		DiskType: fourthDisk, NodeDisk: 30 * units.GiB, LeastRootDisk: 30 * units.GiB, LeastRootDiskWhy: "The image takes 30Gi.",
		DisksBySize:      []string{fourthDisk},
		UpdateStrategies: []string{"minimal", "surge"}, MaxSurge: true,
		Tiers:       []string{"dedicated", "shared"},
		DefaultTier: map[planner.Environment]string{planner.Production: "dedicated", planner.Development: "shared"},
	}
}

func (fourth) Versions(cat *catalogs.Catalog) []catalogs.Version { return cat.Versions }

func (fourth) Allocatable(_ *planner.Cluster, g *planner.NodeGroup, t *catalogs.InstanceType) (planner.Allocatable, error) {
	return planner.Allocatable{
		CPU: units.MilliCPU(t.VCPUs)*units.Core - 200, Memory: t.Memory - units.GiB, Pods: 60, EphemeralStorage: g.Disk.Size / 2,
	}, nil
}

func (fourth) DaemonSets(*planner.Cluster, *planner.NodeGroup) []planner.DaemonSet {
	return []planner.DaemonSet{{Name: "metal-agent", CPU: 100, Memory: 128 * units.MiB}}
}

// SystemWorkloads has a DNS pod for each 4 nodes, and two at least.
func (fourth) SystemWorkloads(_ *planner.Cluster, size planner.Size) []planner.Workload {
	return []planner.Workload{{
		Name: "metal-dns", Kind: planner.Deployment, System: true, Recovery: planner.Reschedule,
		Demand:        planner.Demand{Way: planner.GivenReplicas, Replicas: max(2, units.CeilDiv(size.Nodes, 4))},
		Pod:           planner.Pod{CPU: 100, Memory: 70 * units.MiB},
		StartupTime:   10 * time.Second,
		RollingUpdate: planner.RollingUpdate{MaxSurge: units.Count(1)},
	}}
}

func (fourth) RootDisks(g *planner.NodeGroup) []planner.Disk { return []planner.Disk{g.Disk} }

func (fourth) ControlPlane(c *planner.Cluster, cat *catalogs.Catalog) (planner.ControlPlane, error) {
	tier, _ := cat.Fee(c.ControlPlane.Tier)
	return planner.ControlPlane{
		Mode: planner.Managed, Tier: c.ControlPlane.Tier, Support: "standard", SupportEnds: cat.Versions[0].StandardEnd,
		Fees: []planner.FeeLine{{Name: "cluster", Price: tier.Price}},
	}, nil
}

func (fourth) Mechanics(*planner.Cluster) planner.Mechanics {
	return planner.Mechanics{
		Strategies: []planner.UpgradeOption{
			{Name: "minimal", Course: planner.CourseRolling, TerminateFirst: true}, {Name: "surge", Course: planner.CourseRolling},
		},
		ControlPlaneStep: 10 * time.Minute, Boot: time.Minute, Terminate: time.Minute, Validate: time.Minute, NodeSkew: 1,
	}
}

// fourthCatalog is its only region: machines of two families, of which roles admit one.
func fourthCatalog(t *testing.T) catalogs.Catalog {
	t.Helper()
	price := func(thousandths int64) catalogs.Price {
		return catalogs.Price{Rate: units.DollarPerHour / 1000 * units.USDPerHour(thousandths), Basis: catalogs.Listed, Date: "2026-11-01", Source: "list"}
	}
	machine := func(name, family string, vcpus int, thousandths int64) catalogs.InstanceType {
		return catalogs.InstanceType{
			Name: name, Family: family, Architecture: catalogs.AMD64, VCPUs: vcpus, Memory: 4 * units.Bytes(vcpus) * units.GiB, OnDemand: price(thousandths),
		}
	}
	cat, _, err := catalogs.Seal(catalogs.Catalog{
		Provider: fourthName, Region: "north", Source: "test", Date: "2026-11-20",
		Sources: []catalogs.Source{{Tag: "list", Date: "2026-11-01", Origin: "a price list"}},
		Zones:   []catalogs.Zone{{Name: "north-1"}, {Name: "north-2"}, {Name: "north-3"}},
		Types:   []catalogs.InstanceType{machine("even1_4", "even1", 4, 200), machine("even1_8", "even1", 8, 410), machine("odd1_4", "odd1", 4, 100)},
		Disks: []catalogs.Disk{{
			Type: fourthDisk, PerGiB: catalogs.MonthlyPrice{Amount: units.Dollar / 10, Basis: catalogs.Listed, Date: "2026-11-01", Source: "list"},
			IOPSPerGiB: 30 * units.Whole, MinSize: units.GiB, MaxSize: units.TiB,
		}},
		Fees: []catalogs.Fee{{Tier: "dedicated", Price: price(150)}, {Tier: "shared", Price: price(50)}},
		Versions: []catalogs.Version{
			{Minor: "1.35", UpstreamRelease: "2025-12-17", UpstreamEnd: "2027-02-28", Release: "2026-01-28", StandardEnd: "2027-03-27"},
			{Minor: "1.36", UpstreamRelease: "2026-04-22", UpstreamEnd: "2027-06-28", Release: "2026-06-02", StandardEnd: "2027-08-02"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// fourOffers are what the program offers and the fourth provider: the line that
// registers it, and the data file of its region.
type fourOffers struct {
	run.Offers
	cat catalogs.Catalog
}

func (o fourOffers) Grounds() []planner.Ground { return append(run.Grounds(), fourthGround()) }

func (o fourOffers) Regions(provider string) []string {
	if provider == fourthName {
		return []string{o.cat.Region}
	}
	return o.Offers.Regions(provider)
}

func (o fourOffers) Load(provider, region string) (catalogs.Catalog, error) {
	if provider == fourthName {
		return o.cat, nil
	}
	return o.Offers.Load(provider, region)
}

const fourthSpec = `
cluster "shop" {
  provider           = "metal_cloud"
  region             = "north"
  zones              = ["north-1", "north-2", "north-3"]
  kubernetes_version = "1.35"

  node_group "web" {
    role = "app"
    workload "cart" {
      replicas = 9
      pod {
        cpu    = "1500m"
        memory = "2Gi"
      }
    }
  }

  upgrade { to = "1.36" }
  emit "terraform" {
    directory = "infra"
    variable  = "shop_node_groups"
  }
}
`

// TestFourthProvider plans on a ground that the program does not know: nothing but its
// own words and the line that lists it is needed from spec to Terraform.
//
// A node of 8 vCPUs leaves 7,700m to pods and carries five carts of 1,500m. When one of
// three nodes is lost two carry ten, and a rollout has twelve on three. That is 3 x
// 0.41 x 730 = 897.90 USD a month, with 3 x 50 GiB x 0.10 = 15.00 and a dedicated
// control plane for 0.15 x 730 = 109.50. Nodes of 4 carry two for 0.20 each: seven
// would cost more, and are too few.
func TestFourthProvider(t *testing.T) {
	offers := fourOffers{cat: fourthCatalog(t)}
	s, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: []byte(fourthSpec)}}, spec.Inputs{}, offers)
	if diags.HasErrors() {
		t.Fatalf("the spec is refused: %v", diags)
	}
	if s.Cluster.ControlPlane.Tier != "dedicated" || s.Cluster.NodeGroups[0].Disk.Type != fourthDisk {
		t.Errorf("the ground's defaults are not the cluster's: %+v, %+v", s.Cluster.ControlPlane, s.Cluster.NodeGroups[0].Disk)
	}
	plan, err := pipeline.Make(t.Context(), s.Cluster, s.Catalog, fourth{}, pipeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan.Spec = s.Info
	if err := verify.Plan(&s.Cluster, &s.Catalog, fourth{}, &plan); err != nil {
		t.Fatalf("planner and verifier disagree:\n%v", err)
	}
	if pool := plan.NodeGroups[0].Pools[0]; pool.InstanceType != "even1_8" || pool.Nodes != 3 {
		t.Errorf("%d nodes of %s, want 3 of even1_8", pool.Nodes, pool.InstanceType)
	}
	if got := plan.Cost.Total.Rate.PerMonth(); got/(units.Dollar/100) != 102_240 {
		t.Errorf("%d billionths of a dollar a month, want 1,022.40", got)
	}

	doc := encode(t, &plan)
	back, err := document.Decode(doc)
	if err != nil {
		t.Fatal(err)
	}
	if again := encode(t, back); !bytes.Equal(again, doc) {
		t.Error("written again, the plan has other bytes")
	}
	if err := verify.Plan(&back.Cluster, &s.Catalog, fourth{}, back); err != nil {
		t.Errorf("the plan that was read back: %v", err)
	}

	var text bytes.Buffer
	if err := report.Text(&text, back, report.Options{Service: fourth{}.Terms().Title}); err != nil {
		t.Fatal(err)
	}
	if want := "shop · metal_cloud north · Metal Kubernetes dedicated · 3 zones"; !strings.HasPrefix(strings.Join(strings.Fields(text.String()), " "), want) {
		t.Errorf("the report does not begin with %q:\n%s", want, text.String())
	}
	fourthVariables(t, back)
}

// fourthVariables holds the Terraform variables to the plan's nodes.
func fourthVariables(t *testing.T, plan *planner.Plan) {
	t.Helper()
	files, err := terraform.Files(plan)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]map[string]struct {
		MachineType string         `json:"machine_type"`
		NodesByZone map[string]int `json:"nodes_by_zone"`
	}
	if err := json.Unmarshal(files[1].Content, &values); err != nil {
		t.Fatal(err)
	}
	pool := plan.NodeGroups[0].Pools[0]
	want := map[string]int{}
	for _, z := range pool.NodesByZone {
		want[z.Zone] = z.Nodes
	}
	if web := values["shop_node_groups"]["web"]; len(values) != 1 || web.MachineType != pool.InstanceType || !reflect.DeepEqual(web.NodesByZone, want) {
		t.Errorf("Terraform gets %+v, the plan has %s on %v", values, pool.InstanceType, want)
	}
}

// TestFourthProviderIsUnknownWithoutItsLine: the same spec is refused by the words of
// the grounds that are registered.
func TestFourthProviderIsUnknownWithoutItsLine(t *testing.T) {
	_, diags := spec.Load([]spec.File{{Name: "main.hcl", Content: []byte(fourthSpec)}}, spec.Inputs{}, run.Offers{})
	if !diags.HasErrors() || !strings.Contains(diags[0].Detail, `no provider named "metal_cloud"`) {
		t.Errorf("got %v", diags)
	}
}

func (fourth) NodeLabels(g *planner.NodeGroup, t *catalogs.InstanceType, _ planner.CapacityType) map[string]string {
	labels := map[string]string{"node.kubernetes.io/instance-type": t.Name, "kubernetes.io/arch": t.Architecture}
	maps.Copy(labels, g.Labels)
	return labels
}
