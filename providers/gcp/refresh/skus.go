package refresh

import (
	"regexp"
	"slices"
	"strings"
)

// term is how a resource is paid for, as the Cloud Billing Catalog names it.
type term string

// The terms that machines are bought under.
const (
	onDemand   term = "OnDemand"
	spot       term = "Preemptible"
	oneYear    term = "Commit1Yr"
	threeYears term = "Commit3Yr"
)

func terms() []term { return []term{onDemand, spot, oneYear, threeYears} }

// resource is what a SKU counts.
type resource string

// The resources of machines and disks.
const (
	core      resource = "core"
	ram       resource = "ram"       // GiB of memory
	gpu       resource = "gpu"       // whole accelerators
	localSSD  resource = "local SSD" // GiB
	machine   resource = "machine"   // a whole machine, of shared core
	capacity  resource = "capacity"  // GiB of a network disk
	iops      resource = "IOPS"
	bandwidth resource = "throughput" // MiB/s
)

// part is what a unit price is for: a resource of a family of machines, an accelerator,
// or a disk, under a term.
type part struct {
	resource resource
	// family is that of the machines as their names begin ("n2d"), the accelerator's
	// type ("nvidia-l4"), the disk's type ("pd-ssd"), or a machine's name; empty for
	// the local SSDs of families that have no price of their own.
	family string
	term   term
}

func (p part) String() string {
	name := string(p.resource)
	if p.family != "" {
		name = p.family + " " + name
	}
	return name
}

// Families whose memory and cores are priced under a name that is not their own.
const (
	// m2 is billed as m1 and a premium on top (Compute Engine, "VM instance pricing").
	premiumFamily = "m2"
	// m4-ultramem-224 has prices of its own among m4.
	ultramem224 = "m4ultramem224"
)

// Descriptions of SKUs are matched whole, so that nothing that is told apart by one
// more word (custom machines, extended memory, sole tenancy, reservations, calendar
// mode) is taken for what it resembles. A place is where, as Google writes it.
const place = `[\pL\pN .,'’-]+`

var (
	useOf = regexp.MustCompile(`^(?:Spot Preemptible )?(.+?)( Instance)? (Core|Ram) running in (` + place + `)$`)
	flat  = regexp.MustCompile(`^(?:Spot Preemptible )?(Micro Instance with burstable CPU|Small Instance with 1 VCPU) running in (` + place + `)$`)
	gpuOf = regexp.MustCompile(`^(.+?) (?:running|attached to Spot Preemptible VMs(?: running)?) in (` + place + `)$`)
	ssdOf = regexp.MustCompile(`^(?:Spot Preemptible )?([A-Z][0-9]+[A-Z]?)(?: Arm| AMD)? Instance Local SSD running in (` + place + `)$`)
	// The oldest regions have local SSDs without a place.
	ssd = regexp.MustCompile(`^SSD backed Local Storage(?: attached to Spot Preemptible VMs)?(?: (?:running )?in (` + place + `))?$`)

	promiseOf  = regexp.MustCompile(`^Commitment v1: (?:(.+) )?(Cpu|Ram) in (` + place + `) for [13] Years?$`)
	promiseC2  = regexp.MustCompile(`^Commitment: (Compute optimized) (Core|Ram) running in (` + place + `) for [13] Years?$`)
	promiseGPU = regexp.MustCompile(`^Commitment v1: (.+?) (?:running )?in (` + place + `) for [13] Years?$`)
	promiseSSD = regexp.MustCompile(`^Commitment v1: (?:([A-Z][0-9]+[A-Z]?)(?: Arm| AMD)? )?Local SSD (?:running )?in (` + place + `) for [13] Years?$`)

	diskOf = regexp.MustCompile(`^(Regional )?(Balanced PD|SSD backed PD|Storage PD|Extreme PD|Hyperdisk (?:Balanced|Extreme|Throughput|ML))` +
		` (Capacity|IOPS|Throughput)(?: in (` + place + `))?$`)

	ownFamily = regexp.MustCompile(`^([A-Z][0-9]+[A-Z]?)(?: AMD| Arm)?$`)
)

// otherwise are words of a place that say that something else is sold there.
func otherwise() []string {
	return []string{"dws", "calendar", "flex", "reserv", "tenancy", "custom", "duration", "suspended", "premium"}
}

// accelerators are the types of the Compute Engine API by the words of the price list.
func accelerators() map[string]string {
	return map[string]string{
		"Nvidia Tesla A100 GPU":      "nvidia-tesla-a100",
		"Nvidia Tesla A100 80GB GPU": "nvidia-a100-80gb",
		"Nvidia L4 GPU":              "nvidia-l4",
		"Nvidia H100 80GB GPU":       "nvidia-h100-80gb",
		"Nvidia H100 80GB Mega GPU":  "nvidia-h100-mega-80gb",
		"RTX 6000 96GB":              "nvidia-rtx-pro-6000",
	}
}

// parse returns what a SKU prices; ok is false for what no machine or disk of a plan is
// billed by. wrong says that the description and the usage type contradict each other.
func parse(description, usageType string) (p part, ok, wrong bool) {
	p, where, ok := read(description, strings.HasPrefix(usageType, "Commit"))
	lower := strings.ToLower(where)
	if !ok || slices.ContainsFunc(otherwise(), func(word string) bool { return strings.Contains(lower, word) }) {
		return part{}, false, false
	}
	p.term = term(usageType)
	said := onDemand
	switch {
	case strings.HasSuffix(description, "for 1 Year"), strings.HasSuffix(description, "for 1 Years"):
		said = oneYear
	case strings.HasSuffix(description, "for 3 Years"), strings.HasSuffix(description, "for 3 Year"):
		said = threeYears
	case strings.HasPrefix(description, "Spot "), strings.Contains(description, " Spot "):
		said = spot
	}
	return p, true, said != p.term
}

func read(description string, promise bool) (p part, where string, ok bool) {
	if promise {
		return readPromise(description)
	}
	if m := useOf.FindStringSubmatch(description); m != nil {
		family := familyOf(m[1])
		// Only c2 is sold without the word Instance.
		ok := family != "" && (m[2] != "" || family == "c2")
		return part{resource: resourceOf(m[3]), family: family}, m[4], ok
	}
	if m := flat.FindStringSubmatch(description); m != nil {
		name := "f1-micro"
		if strings.HasPrefix(m[1], "Small") {
			name = "g1-small"
		}
		return part{resource: machine, family: name}, m[2], true
	}
	if m := ssdOf.FindStringSubmatch(description); m != nil {
		return part{resource: localSSD, family: strings.ToLower(m[1])}, m[2], true
	}
	if m := ssd.FindStringSubmatch(description); m != nil {
		return part{resource: localSSD}, m[1], true
	}
	if m := diskOf.FindStringSubmatch(description); m != nil {
		return readDisk(m)
	}
	if m := gpuOf.FindStringSubmatch(description); m != nil {
		kind, ok := accelerators()[m[1]]
		return part{resource: gpu, family: kind}, m[2], ok
	}
	return part{}, "", false
}

func readPromise(description string) (p part, where string, ok bool) {
	m := promiseOf.FindStringSubmatch(description)
	if m == nil {
		m = promiseC2.FindStringSubmatch(description)
	}
	if m != nil {
		family := "n1" // the first family has no name in its commitments
		if m[1] != "" {
			family = familyOf(m[1])
		}
		return part{resource: resourceOf(m[2]), family: family}, m[3], family != "" && family != premiumFamily
	}
	if m := promiseSSD.FindStringSubmatch(description); m != nil {
		return part{resource: localSSD, family: strings.ToLower(m[1])}, m[2], true
	}
	if m := promiseGPU.FindStringSubmatch(description); m != nil {
		kind, ok := accelerators()[m[1]]
		return part{resource: gpu, family: kind}, m[2], ok
	}
	return part{}, "", false
}

func resourceOf(word string) resource {
	if word == "Ram" {
		return ram
	}
	return core
}

// familyOf returns the family that a description names, empty where it names none.
func familyOf(name string) string {
	switch name {
	case "N1 Predefined":
		return "n1"
	case "Compute optimized":
		return "c2"
	case "Memory-optimized":
		return "m1"
	case "Memory Optimized Upgrade Premium for Memory-optimized":
		return premiumFamily
	case "M3 Memory-optimized":
		return "m3"
	case "M4Ultramem224":
		return ultramem224
	case "N1", "M1", "M2": // never said so of predefined machines
		return ""
	}
	if m := ownFamily.FindStringSubmatch(name); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// readDisk returns what the words of diskOf price.
func readDisk(m []string) (p part, where string, ok bool) {
	names := map[string]string{"Balanced PD": "pd-balanced", "SSD backed PD": "pd-ssd", "Storage PD": "pd-standard", "Extreme PD": "pd-extreme"}
	name := names[m[2]]
	if name == "" {
		name = strings.ToLower(strings.ReplaceAll(m[2], " ", "-"))
	}
	if m[1] != "" {
		name += regionalSuffix
	}
	kinds := map[string]resource{"Capacity": capacity, "IOPS": iops, "Throughput": bandwidth}
	return part{resource: kinds[m[3]], family: name}, m[4], true
}
