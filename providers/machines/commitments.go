package machines

import "github.com/scantling-dev/scantling/planner"

// EC2Commitments are what AWS sells for machines of EC2
// (docs.aws.amazon.com/savingsplans/latest/userguide/what-is-savings-plans.html).
func EC2Commitments() []planner.CommitmentType {
	return []planner.CommitmentType{planner.ComputeSavingsPlan, planner.InstanceSavingsPlan, planner.Reserved}
}

// GCECommitments are what Google sells for machines of Compute Engine
// (cloud.google.com/compute/docs/instances/committed-use-discounts-overview).
func GCECommitments() []planner.CommitmentType {
	return []planner.CommitmentType{planner.ResourceCUD, planner.FlexCUD}
}
