package layout

import "github.com/scantling-dev/scantling/planner/units"

// LeastEtcdDisk is the smallest disk that etcd gets.
const LeastEtcdDisk = 40 * units.GiB

// quotaCopies of the database fit on its disk, the copy that defragmentation
// writes, a snapshot and a backup on its way out among them; logs and the write-
// ahead log get etcdDiskRest. Both are assumptions.
const (
	quotaCopies  = 4
	etcdDiskRest = 20 * units.GiB
)

// EtcdDiskSize returns the size of the disk for a database of such a quota:
//
//	max(40 GiB, 4 x quota + 20 GiB)
//
// rounded up to a GiB.
func EtcdDiskSize(quota units.Bytes) units.Bytes {
	return max(LeastEtcdDisk, units.CeilDiv(quotaCopies*quota+etcdDiskRest, units.GiB)*units.GiB)
}

// DiskKind is how a disk comes by its speed.
type DiskKind string

// The kinds of disks.
const (
	// DiskProvisioned is bought with operations and throughput, as gp3 is.
	DiskProvisioned DiskKind = "provisioned"
	// DiskBySize gets both by its size, as PD SSD does.
	DiskBySize DiskKind = "by_size"
	// DiskBuiltIn comes with the machine; nothing is bought.
	DiskBuiltIn DiskKind = "built_in"
)

// DiskOffer is a type of disk that etcd may get.
type DiskOffer struct {
	Kind DiskKind
	// FreeIOPS and FreeMiBps come with every provisioned disk. Those of a disk by
	// size do not count: they belong to the machine and all its disks.
	FreeIOPS, FreeMiBps int
	// IOPSPerGiB is what each GiB brings of a disk by size, and the most that may be
	// bought for it of a provisioned one; 0 is not known.
	IOPSPerGiB units.Ratio
	// FixedThroughput: throughput is not for sale, but follows from the operations.
	FixedThroughput bool
	// MaxIOPS, MaxMiBps and MaxSize are its limits; 0 is not known.
	MaxIOPS, MaxMiBps int
	MaxSize           units.Bytes
}

// Volume is the disk that etcd gets.
type Volume struct {
	Size units.Bytes
	// IOPS and MiBps to buy, in all and not beyond what is free; 0 where what the
	// disk has by itself will do. Of a built-in disk they are the least it must have.
	IOPS, MiBps int
}

// EtcdDisk returns the disk for a class and a quota. Its size is EtcdDiskSize or
// more.
//
//   - Provisioned: what is free will do where it reaches the more modest of the
//     class's examples; otherwise the example of AWS is bought. The size grows where
//     it limits what can be bought.
//   - By size: the operations of the example of GCE, at IOPSPerGiB.
//   - Built in: the more modest of the examples.
//
// It reports false where such a disk cannot do it: by a limit, or since a disk by
// size does not say what a GiB brings.
func EtcdDisk(c EtcdClass, quota units.Bytes, o DiskOffer) (Volume, bool) {
	v := Volume{Size: EtcdDiskSize(quota)}
	switch o.Kind {
	case DiskProvisioned:
		if o.FreeIOPS < c.Least().IOPS {
			v.IOPS = c.AWS.IOPS
		}
		if o.FreeMiBps < c.Least().MiBps && !o.FixedThroughput {
			v.MiBps = c.AWS.MiBps
		}
		if v.IOPS > 0 && o.IOPSPerGiB > 0 {
			v.Size = max(v.Size, sizeFor(v.IOPS, o.IOPSPerGiB))
		}
	case DiskBySize:
		if o.IOPSPerGiB <= 0 {
			return Volume{}, false
		}
		v.Size = max(v.Size, sizeFor(c.GCE.IOPS, o.IOPSPerGiB))
	case DiskBuiltIn:
		v.IOPS, v.MiBps = c.Least().IOPS, c.Least().MiBps
	default:
		panic("layout: no kind of disk: " + string(o.Kind))
	}
	if beyond(v.IOPS, o.MaxIOPS) || beyond(v.MiBps, o.MaxMiBps) || beyond(v.Size, o.MaxSize) {
		return Volume{}, false
	}
	return v, true
}

// beyond reports whether a figure exceeds a limit that is known.
func beyond[T ~int | ~int64](have, most T) bool { return most > 0 && have > most }

// sizeFor returns the size at which a GiB's share comes to iops.
func sizeFor(iops int, perGiB units.Ratio) units.Bytes {
	return units.Bytes(units.CeilDiv(int64(iops)*int64(units.Whole), int64(perGiB))) * units.GiB
}
