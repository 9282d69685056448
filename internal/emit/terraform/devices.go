package terraform

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/catalogs"
)

// nvidiaGPU is the resource of NVIDIA's device plugin.
const nvidiaGPU = "nvidia.com/gpu"

// gpus returns how many GPUs of a node the plan counts on.
func (g *group) gpus() int64 {
	for _, r := range g.pool.Allocatable.Extended {
		if r.Name == nvidiaGPU {
			return r.Count
		}
	}
	return 0
}

// checkDevices refuses extended resources for which there is no image here.
func (g *group) checkDevices(where string) error {
	var errs []error
	for _, r := range g.pool.Allocatable.Extended {
		if r.Name != nvidiaGPU && r.Count > 0 {
			errs = append(errs, fmt.Errorf("a node offers %d %s: of devices only %s can be written for %s", r.Count, r.Name, nvidiaGPU, where))
		}
	}
	return errors.Join(errs...)
}

// acceleratorType is GKE's name of a machine's GPUs; empty for those that are not known
// here. Source: GKE, "About GPUs in GKE", the values of cloud.google.com/gke-accelerator.
func acceleratorType(t *catalogs.InstanceType) string {
	if strings.HasPrefix(t.Name, "a3-megagpu-") {
		return "nvidia-h100-mega-80gb"
	}
	return map[string]string{
		"l4":         "nvidia-l4",
		"a100-40gb":  "nvidia-tesla-a100",
		"a100-80gb":  "nvidia-a100-80gb",
		"h100-80gb":  "nvidia-h100-80gb",
		"h200-141gb": "nvidia-h200-141gb",
		"b200":       "nvidia-b200",
	}[t.GPUs.Name]
}

// checkAccelerator returns what keeps the GPUs of a pool from being written.
func (g *gkePool) checkAccelerator() error {
	n := g.gpus()
	switch {
	case n == 0:
		return g.checkDevices("GKE")
	case acceleratorType(g.machine) == "":
		return fmt.Errorf("GKE's accelerator_type of the GPUs of %s (%q) is not known here", g.machine.Name, g.machine.GPUs.Name)
	case int64(g.machine.GPUs.Milli) != n*1000:
		return fmt.Errorf("the plan counts %d GPUs on a %s, which has %d thousandths of one: the module has no key for shared GPUs",
			n, g.machine.Name, g.machine.GPUs.Milli)
	}
	return g.checkDevices("GKE")
}
