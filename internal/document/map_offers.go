package document

import (
	"github.com/scantling-dev/scantling/catalogs"
)

func syncOffer(to direction, d *offer, p *catalogs.InstanceType) {
	syncText(to, &d.Name, &p.Name)
	syncText(to, &d.Family, &p.Family)
	syncSet(to, &d.Generation, &p.Generation)
	syncText(to, &d.Architecture, &p.Architecture)
	syncInt(to, &d.VCPUs, &p.VCPUs)
	syncSet(to, &d.BaselineCPU, &p.BaselineCPU)
	syncInt(to, &d.Memory, &p.Memory)
	syncSet(to, &d.MeasuredMemory, &p.MeasuredMemory)
	syncSet(to, &d.ENIs, &p.ENIs)
	syncSet(to, &d.IPv4PerENI, &p.IPv4PerENI)
	syncSet(to, &d.NetworkMbps, &p.NetworkMbps)
	syncSet(to, &d.NetworkMaxMbps, &p.NetworkMaxMbps)
	syncSet(to, &d.DiskMbps, &p.DiskMbps)
	syncInt(to, &d.LocalDiskGB, &p.LocalDiskGB)
	syncText(to, &d.Hypervisor, &p.Hypervisor)
	syncInt(to, &d.GPUs.Milli, &p.GPUs.Milli)
	syncText(to, &d.GPUs.Name, &p.GPUs.Name)
	syncSet(to, &d.GPUs.MemoryEach, &p.GPUs.MemoryEach)
	syncInt(to, &d.Accelerators.Count, &p.Accelerators.Count)
	syncText(to, &d.Accelerators.Name, &p.Accelerators.Name)
	sync(to, &d.Burstable, &p.Burstable)
	sync(to, &d.Flex, &p.Flex)
	sync(to, &d.Metal, &p.Metal)
	sync(to, &d.PreviousGeneration, &p.PreviousGeneration)
	syncPrice(to, &d.OnDemand, &p.OnDemand)
	syncPrice(to, &d.Spot, &p.Spot)
	syncText(to, &d.SpotStatistic, &p.SpotStatistic)
	syncText(to, &d.Interruption, &p.Interruption)
	syncTexts(to, &d.Zones, &p.Zones)
	syncList(to, &d.Commitments, &p.Commitments, func(to direction, d *commitment, p *catalogs.Commitment) {
		syncText(to, &d.Kind, &p.Kind)
		syncInt(to, &d.TermYears, &p.TermYears)
		syncText(to, &d.Payment, &p.Payment)
		syncPrice(to, &d.Price, &p.Price)
	})
}

func syncPrice(to direction, d *price, p *catalogs.Price) {
	syncPriceFields(to, &d.USDPerHour, &d.Basis, &d.Date, &d.Source, p)
}

// syncPriceFields links a price whose parts stand in the enclosing object.
func syncPriceFields(to direction, usd **dollars, basis *text, day *date, source *text, p *catalogs.Price) {
	known := p.Known()
	syncKnown(to, usd, &p.Rate, &known)
	syncText(to, basis, &p.Basis)
	syncText(to, day, &p.Date)
	syncText(to, source, &p.Source)
}
