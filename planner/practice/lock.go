package practice

import (
	"fmt"
	"strings"

	"github.com/scantling-dev/scantling/planner"
	"github.com/scantling-dev/scantling/planner/units"
)

// locks says where the lock decided over types, and where it gave way.
func locks(v *view) []planner.Finding {
	var found []planner.Finding
	for _, g := range v.groups {
		if g.Locked == nil || g.plan.Lock == nil {
			continue
		}
		if message, remedy := lockFinding(g.Locked, g.plan.Lock); message != "" {
			found = append(found, planner.Finding{Path: g.Path() + ".instances", Message: message, Remedy: remedy})
		}
	}
	for i := range v.plan.ControlPlane.Machines {
		m := &v.plan.ControlPlane.Machines[i]
		role := v.c.ControlPlane.LockedType(m.Role)
		if role == nil || m.Lock == nil {
			continue
		}
		lock := planner.Locked{Types: []string{role.InstanceType}, MinSaving: role.MinSaving}
		if message, remedy := lockFinding(&lock, m.Lock); message != "" {
			found = append(found, planner.Finding{Path: "control_plane.machines." + m.Role, Message: message, Remedy: remedy})
		}
	}
	return found
}

// lockFinding says what a lock did to a group; nothing where a free choice is no
// cheaper.
func lockFinding(lock *planner.Locked, out *planner.LockOutcome) (message, remedy string) {
	types, free := strings.Join(lock.Types, " and "), strings.Join(out.FreeTypes, " and ")
	switch out.Verdict {
	case planner.LockHeld:
		if len(out.Gone) > 0 {
			message = fmt.Sprintf("%s of the lock is not offered any more, the others stand", strings.Join(out.Gone, " and "))
		}
		if out.Saving > 0 {
			if message != "" {
				message += "; "
			}
			message += fmt.Sprintf("the lock keeps %s: %s would save %s USD/month (%s), no more than %s", types, free,
				usd((out.Locked.Rate - out.Free.Rate).PerMonth()), tenths(out.Saving), tenths(lock.MinSaving))
			remedy = "scantling plan --rechoose"
		}
		return message, remedy
	case planner.LockGone:
		return fmt.Sprintf("%s of the lock is not offered any more: %s was chosen", types, free), "scantling plan --lock"
	case planner.LockUnfit:
		return fmt.Sprintf("%s of the lock does not hold any more, %s was chosen: %s", types, free, out.Why), "scantling plan --lock"
	case planner.LockSaving:
		return fmt.Sprintf("%s of the lock gave way to %s, which saves %s USD/month (%s), more than %s", types, free,
			usd((out.Locked.Rate - out.Free.Rate).PerMonth()), tenths(out.Saving), tenths(lock.MinSaving)), "scantling plan --lock"
	case planner.LockConflict:
		return fmt.Sprintf("%s of the lock gave way to %s, because the cluster cannot be planned where every group keeps its types: %s", types, free, out.Why), "scantling plan --lock"
	}
	return "", ""
}

// tenths writes a share with one decimal, rounded down.
func tenths(r units.Ratio) string {
	n := r / (units.Percent / 10)
	return fmt.Sprintf("%d.%d%%", n/10, n%10)
}
