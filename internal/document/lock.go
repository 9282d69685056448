package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scantling-dev/scantling/planner"
)

// LockVersion is the version of the lock files that this package writes. As of other
// documents, a minor adds fields and a major means that readers must change.
const LockVersion = "1.1"

// lockDocument is scantling.lock.json.
type lockDocument struct {
	LockVersion       string        `json:"lock_version" jsonschema:"Version of this format, major.minor."`
	ToolVersion       string        `json:"tool_version" jsonschema:"Version of the program that made the plan."`
	Cluster           string        `json:"cluster" jsonschema:"Name of the cluster."`
	Provider          string        `json:"provider" jsonschema:"Provider: aws, gcp, on_premises."`
	Region            string        `json:"region" jsonschema:"Region of the provider, or the owner's name of the place."`
	KubernetesVersion string        `json:"kubernetes_version" jsonschema:"The minor that runs today."`
	UpgradeTo         text          `json:"upgrade_to" jsonschema:"The minor of the declared upgrade; null where there is none."`
	Spec              spec          `json:"spec" jsonschema:"What identifies the spec."`
	Inputs            lockedInputs  `json:"inputs" jsonschema:"Digests of the resolved inputs."`
	Catalog           catalog       `json:"catalog" jsonschema:"The catalog of types and prices."`
	NodeGroups        []lockedGroup `json:"node_groups" jsonschema:"The node groups, sorted by name."`
	ControlPlane      lockedControl `json:"control_plane" jsonschema:"The control plane."`
	Total             *dollars      `json:"total_usd_per_hour" jsonschema:"The bill; null where a price is not known."`
	TotalPerMonth     *dollars      `json:"total_usd_per_month" jsonschema:"The same for 730 hours."`
}

type lockedInputs struct {
	Demand text `json:"demand_sha256" jsonschema:"Of what workloads carry."`
	Rest   text `json:"rest_sha256" jsonschema:"Of all else that is asked for."`
}

type lockedGroup struct {
	Name     string         `json:"name" jsonschema:"Name of the group."`
	Image    text           `json:"image" jsonschema:"Operating system of the nodes."`
	MinNodes int            `json:"min_nodes" jsonschema:"Least count, over all zones."`
	MaxNodes int            `json:"max_nodes" jsonschema:"Largest count, over all zones."`
	Split    bool           `json:"split_by_zone" since:"1" jsonschema:"Each zone has a group of machines of its own."`
	Pools    []lockedPool   `json:"pools" jsonschema:"The machines, one pool for each instance type and way to buy it."`
	Replicas map[string]int `json:"replicas" jsonschema:"Pods of each workload, the provider's among them."`
}

type lockedPool struct {
	InstanceType string         `json:"instance_type" jsonschema:"Instance type."`
	CapacityType string         `json:"capacity_type" enum:"on_demand spot" jsonschema:"How the machines are bought."`
	NodesByZone  map[string]int `json:"nodes_by_zone" jsonschema:"Nodes in each zone of the group."`
	USDPerHour   *dollars       `json:"usd_per_hour" jsonschema:"Price of one node that the choice relied upon; null where not known."`
	PriceBasis   text           `json:"price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How it is known; null where it is not."`
	PriceDate    date           `json:"price_date" jsonschema:"Day of its source."`
}

type lockedControl struct {
	Mode     string           `json:"mode" enum:"managed self_managed" jsonschema:"Who runs it."`
	Machines []lockedMachines `json:"machines" jsonschema:"The machines of a self-managed one, by role."`
}

type lockedMachines struct {
	Role         string   `json:"role" jsonschema:"control_plane, etcd or load_balancer."`
	InstanceType string   `json:"instance_type" jsonschema:"Instance type."`
	Nodes        int      `json:"nodes" jsonschema:"Number of machines."`
	USDPerHour   *dollars `json:"usd_per_hour" jsonschema:"Price of one; null where not known."`
	PriceBasis   text     `json:"price_basis" enum:"declared listed family estimated secondary recalled" open:"true" jsonschema:"How it is known; null where it is not."`
	PriceDate    date     `json:"price_date" jsonschema:"Day of its source."`
}

// EncodeLock returns l as a lock file: a line for each pool, workload and variable, so
// that a review shows what changed. Equal locks give equal bytes.
func EncodeLock(l *planner.Lock) ([]byte, error) {
	d := lockDocument{LockVersion: LockVersion}
	syncLock(writing, &d, l)
	if l.Total.Known {
		d.TotalPerMonth = new(dollars(l.Total.Rate.PerMonth()))
	}
	var flat bytes.Buffer
	enc := json.NewEncoder(&flat)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(&d); err != nil {
		return nil, fmt.Errorf("write lock: %w", err)
	}
	return spreadOut(flat.Bytes())
}

// DecodeLock reads a lock file of any minor of this major. The error names the field by
// its path.
func DecodeLock(data []byte) (*planner.Lock, error) {
	minor, err := lockMinor(data)
	if err != nil {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	var d lockDocument
	if err := readInto(data, &d, minor); err != nil {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	l := &planner.Lock{}
	syncLock(reading, &d, l)
	return l, nil
}

// IsLock reports whether a JSON document says that it is a lock file.
func IsLock(data []byte) bool {
	first := opening(data)
	if _, said := first["lock_version"]; said {
		return true
	}
	if _, said := first["format_version"]; said {
		return false // a plan
	}
	var head struct {
		LockVersion *string `json:"lock_version"`
	}
	return json.Unmarshal(data, &head) == nil && head.LockVersion != nil
}

func lockMinor(data []byte) (int, error) {
	var head struct {
		LockVersion *string `json:"lock_version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return 0, fmt.Errorf("not JSON, or no object: %w", err)
	}
	if head.LockVersion == nil {
		return 0, fmt.Errorf("lock_version: is missing; this is no lock file of scantling")
	}
	major, rest, _ := strings.Cut(*head.LockVersion, ".")
	minor, err := strconv.ParseUint(rest, 10, 31)
	if major != supportedMajor || err != nil {
		return 0, fmt.Errorf("lock format %q is not supported (want %s.x): write it anew with scantling plan --rechoose --lock", *head.LockVersion, supportedMajor)
	}
	return int(minor), nil
}

func syncLock(to direction, d *lockDocument, p *planner.Lock) {
	syncText(to, &d.ToolVersion, &p.Tool)
	syncText(to, &d.Cluster, &p.Cluster)
	syncText(to, &d.Provider, &p.Provider)
	syncText(to, &d.Region, &p.Region)
	syncText(to, &d.KubernetesVersion, &p.KubernetesVersion)
	syncText(to, &d.UpgradeTo, &p.UpgradeTo)
	syncSpec(to, &d.Spec, &p.Spec)
	syncText(to, &d.Inputs.Demand, &p.Demand)
	syncText(to, &d.Inputs.Rest, &p.Rest)
	syncCatalog(to, &d.Catalog, &p.Catalog)
	syncList(to, &d.NodeGroups, &p.NodeGroups, func(to direction, d *lockedGroup, p *planner.LockedGroup) {
		syncText(to, &d.Name, &p.Name)
		syncText(to, &d.Image, &p.Image)
		syncInt(to, &d.MinNodes, &p.MinNodes)
		syncInt(to, &d.MaxNodes, &p.MaxNodes)
		sync(to, &d.Split, &p.SplitByZone)
		syncList(to, &d.Pools, &p.Pools, func(to direction, d *lockedPool, p *planner.LockedPool) {
			syncText(to, &d.InstanceType, &p.InstanceType)
			syncText(to, &d.CapacityType, &p.CapacityType)
			syncZones(to, &d.NodesByZone, &p.NodesByZone)
			syncPriceFields(to, &d.USDPerHour, &d.PriceBasis, &d.PriceDate, new(text), &p.Price)
		})
		syncCounts(to, &d.Replicas, &p.Replicas, func(c *planner.PodCount) (*string, *int) { return &c.Workload, &c.Pods })
	})
	syncText(to, &d.ControlPlane.Mode, &p.ControlPlane.Mode)
	syncList(to, &d.ControlPlane.Machines, &p.ControlPlane.Machines, func(to direction, d *lockedMachines, p *planner.LockedMachines) {
		syncText(to, &d.Role, &p.Role)
		syncText(to, &d.InstanceType, &p.InstanceType)
		syncInt(to, &d.Nodes, &p.Nodes)
		syncPriceFields(to, &d.USDPerHour, &d.PriceBasis, &d.PriceDate, new(text), &p.Price)
	})
	syncAmount(to, &d.Total, &p.Total)
}

// spread are the members of a lock file whose own members stand on lines of their own.
func spread(path string) bool {
	return slices.Contains([]string{"", ".spec", ".spec.variables", ".node_groups", ".node_groups[]", ".node_groups[].pools", ".node_groups[].replicas", ".control_plane", ".control_plane.machines"}, path)
}

// spreadOut lays compact JSON out: what spread names over lines, the rest on one.
func spreadOut(flat []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := spreadValue(&out, flat, "", ""); err != nil {
		return nil, fmt.Errorf("write lock: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// spreadValue writes one value. Members of objects keep their order.
func spreadValue(out *bytes.Buffer, raw json.RawMessage, path, indent string) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	tok, err := dec.Token()
	if err != nil {
		return err
	}
	open, ok := tok.(json.Delim)
	if !ok {
		out.Write(bytes.TrimSpace(raw))
		return nil
	}
	between, first, last := ", ", "", ""
	if spread(path) && dec.More() {
		between, first, last = ",\n"+indent+"  ", "\n"+indent+"  ", "\n"+indent
	}
	out.WriteString(open.String() + first)
	for i := 0; dec.More(); i++ {
		if i > 0 {
			out.WriteString(between)
		}
		at := path + "[]"
		if open == '{' {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			name, err := json.Marshal(key)
			if err != nil {
				return err
			}
			out.Write(name)
			out.WriteString(": ")
			at = fmt.Sprintf("%s.%v", path, key)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		if err := spreadValue(out, value, at, indent+"  "); err != nil {
			return err
		}
	}
	shut := "}"
	if open == '[' {
		shut = "]"
	}
	out.WriteString(last + shut)
	return nil
}
