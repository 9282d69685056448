package refresh

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
)

const (
	callZones     = "ec2:DescribeAvailabilityZones"
	callOfferings = "ec2:DescribeInstanceTypeOfferings"
	callTypes     = "ec2:DescribeInstanceTypes"

	// typesPage and offeringsPage are the largest pages that EC2 serves.
	typesPage     = 100
	offeringsPage = 1000
)

// collectZones asks for the zones of the region itself: no local and wavelength zones,
// which have prices and machines of their own, and none that the account cannot use.
func (f *fetcher) collectZones(ctx context.Context) error {
	out, err := call(ctx, f, callZones, func() (*ec2.DescribeAvailabilityZonesOutput, error) {
		return f.clients.ec2.DescribeAvailabilityZones(ctx, &ec2.DescribeAvailabilityZonesInput{
			Filters: []types.Filter{{Name: aws.String("zone-type"), Values: []string{"availability-zone"}}},
		})
	})
	if err != nil {
		return err
	}
	for _, z := range out.AvailabilityZones {
		local := z.ZoneType != nil && *z.ZoneType != "availability-zone"
		if !local && z.OptInStatus != types.AvailabilityZoneOptInStatusNotOptedIn && z.State != types.AvailabilityZoneStateUnavailable {
			f.zones = append(f.zones, catalogs.Zone{Name: aws.ToString(z.ZoneName), ID: aws.ToString(z.ZoneId)})
		}
	}
	if len(f.zones) == 0 {
		return f.unbelievable(callZones, "no zone of %s can be used", f.req.Region)
	}
	slices.SortFunc(f.zones, func(a, b catalogs.Zone) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	f.progress("zones", 1, 1)
	return nil
}

// collectOfferings asks which zone offers which type.
func (f *fetcher) collectOfferings(ctx context.Context) error {
	return pages(ctx, f, callOfferings, func(token *string) (*string, error) {
		out, err := f.clients.ec2.DescribeInstanceTypeOfferings(ctx, &ec2.DescribeInstanceTypeOfferingsInput{
			LocationType: types.LocationTypeAvailabilityZone, MaxResults: aws.Int32(offeringsPage), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		if out.InstanceTypeOfferings == nil {
			return nil, errNoList
		}
		for _, o := range out.InstanceTypeOfferings {
			name := string(o.InstanceType)
			if zone := aws.ToString(o.Location); !slices.Contains(f.offerings[name], zone) {
				f.offerings[name] = append(f.offerings[name], zone)
			}
		}
		f.progress("offerings", len(out.InstanceTypeOfferings), 0)
		return out.NextToken, nil
	})
}

// collectTypes asks what machines are like.
func (f *fetcher) collectTypes(ctx context.Context) error {
	err := pages(ctx, f, callTypes, func(token *string) (*string, error) {
		out, err := f.clients.ec2.DescribeInstanceTypes(ctx, &ec2.DescribeInstanceTypesInput{
			MaxResults: aws.Int32(typesPage), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		if out.InstanceTypes == nil {
			return nil, errNoList
		}
		for i := range out.InstanceTypes {
			if t, ok := f.shape(&out.InstanceTypes[i]); ok {
				f.types = append(f.types, t)
			}
		}
		f.progress("machine types", len(out.InstanceTypes), 0)
		return out.NextToken, nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(f.types, func(a, b catalogs.InstanceType) int { return cmp.Compare(a.Name, b.Name) })
	for i := 1; i < len(f.types); i++ {
		if f.types[i].Name == f.types[i-1].Name {
			return f.unbelievable(callTypes, "%s is described twice", f.types[i].Name)
		}
	}
	return nil
}

// shape returns what EC2 says of a type, and of what it does not say what was known
// before. False is for machines that run no Linux of ours (Macs).
func (f *fetcher) shape(info *types.InstanceTypeInfo) (catalogs.InstanceType, bool) {
	name := string(info.InstanceType)
	family, _, _ := strings.Cut(name, ".")
	t := catalogs.InstanceType{
		Name: name, Family: family, Generation: generation(family),
		Hypervisor:         string(info.Hypervisor),
		Burstable:          aws.ToBool(info.BurstablePerformanceSupported),
		Flex:               strings.HasSuffix(family, "-flex"),
		Metal:              aws.ToBool(info.BareMetal),
		PreviousGeneration: info.CurrentGeneration != nil && !*info.CurrentGeneration,
	}
	if t.Metal {
		t.Hypervisor = ""
	}
	if p := info.ProcessorInfo; p != nil {
		switch {
		case slices.Contains(p.SupportedArchitectures, types.ArchitectureTypeX8664):
			t.Architecture = catalogs.AMD64
		case slices.Contains(p.SupportedArchitectures, types.ArchitectureTypeArm64):
			t.Architecture = catalogs.ARM64
		default:
			return t, false
		}
	}
	if info.VCpuInfo != nil {
		t.VCPUs = int(aws.ToInt32(info.VCpuInfo.DefaultVCpus))
	}
	if info.MemoryInfo != nil {
		t.Memory = units.Bytes(aws.ToInt64(info.MemoryInfo.SizeInMiB)) * units.MiB
	}
	if s := info.InstanceStorageInfo; s != nil {
		t.LocalDiskGB = int(aws.ToInt64(s.TotalSizeInGB))
	}
	if e := info.EbsInfo; e != nil && e.EbsOptimizedInfo != nil {
		t.DiskMbps = int(aws.ToInt32(e.EbsOptimizedInfo.MaximumBandwidthInMbps))
	}
	network(&t, info.NetworkInfo)
	devices(&t, info)
	f.remember(&t)
	return t, true
}

// generation is the first number in a family's name: 7 of c7gn, 0 where there is none.
// The families of high memory begin with "u-" and a size, and are the first.
func generation(family string) int {
	if strings.HasPrefix(family, "u-") {
		return 1
	}
	at := strings.IndexAny(family, "0123456789")
	if at < 0 {
		return 0
	}
	n := 0
	for _, c := range family[at:] {
		if c < '0' || c > '9' || n > 99 {
			break
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// network sets ENIs, which are those of the card that a node starts with, and
// bandwidth, which is that of all cards.
func network(t *catalogs.InstanceType, n *types.NetworkInfo) {
	if n == nil {
		return
	}
	t.ENIs, t.IPv4PerENI = int(aws.ToInt32(n.MaximumNetworkInterfaces)), int(aws.ToInt32(n.Ipv4AddressesPerInterface))
	baseline, peak := 0.0, 0.0
	for _, card := range n.NetworkCards {
		if aws.ToInt32(card.NetworkCardIndex) == aws.ToInt32(n.DefaultNetworkCardIndex) && card.MaximumNetworkInterfaces != nil {
			t.ENIs = int(*card.MaximumNetworkInterfaces)
		}
		baseline += aws.ToFloat64(card.BaselineBandwidthInGbps)
		peak += aws.ToFloat64(card.PeakBandwidthInGbps)
	}
	t.NetworkMbps, t.NetworkMaxMbps = mbps(baseline), mbps(peak)
}

// mbps rounds down to whole megabits, but not a figure that is whole and only stored
// as a fraction (0.781 x 1000).
func mbps(gbps float64) int { return int(math.Floor(gbps*1000 + 1e-6)) }

// devices sets GPUs and other accelerators. A share of a GPU is rounded down.
func devices(t *catalogs.InstanceType, info *types.InstanceTypeInfo) {
	if g := info.GpuInfo; g != nil {
		for _, d := range g.Gpus {
			milli := 1000 * int(aws.ToInt32(d.Count))
			if share := aws.ToFloat64(d.GpuPartitionSize); share > 0 && share < 1 {
				logical := max(int(aws.ToInt32(d.LogicalGpuCount)), 1)
				milli = int(math.Floor(1000*share*float64(logical) + 1e-6))
			}
			t.GPUs.Milli += milli
			t.GPUs.Name = lower(aws.ToString(d.Name))
			if d.MemoryInfo != nil {
				t.GPUs.MemoryEach = units.Bytes(aws.ToInt32(d.MemoryInfo.SizeInMiB)) * units.MiB
			}
		}
	}
	if n := info.NeuronInfo; n != nil {
		for _, d := range n.NeuronDevices {
			t.Accelerators.Count += int(aws.ToInt32(d.Count))
			t.Accelerators.Name = lower(aws.ToString(d.Name))
		}
	}
	if a := info.InferenceAcceleratorInfo; a != nil && t.Accelerators.Count == 0 {
		for _, d := range a.Accelerators {
			t.Accelerators.Count += int(aws.ToInt32(d.Count))
			t.Accelerators.Name = lower(aws.ToString(d.Name))
		}
	}
}

// lower writes a device's name as node labels do: "a10g", "radeon-pro-v520".
func lower(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "-")) }

// remember adds what no call says and was known before: memory that somebody measured,
// the CPU that a burstable type sustains, how often spot machines are taken away, and
// a guaranteed bandwidth that EC2 words vaguely.
func (f *fetcher) remember(t *catalogs.InstanceType) {
	known, ok := f.req.Base.Type(t.Name)
	if !ok {
		return
	}
	if known.Memory == t.Memory {
		t.MeasuredMemory = known.MeasuredMemory
	}
	if known.VCPUs == t.VCPUs && t.Burstable {
		t.BaselineCPU = known.BaselineCPU
	}
	t.Interruption = known.Interruption
	if t.NetworkMbps == 0 {
		t.NetworkMbps = known.NetworkMbps
	}
}
