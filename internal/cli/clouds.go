package cli

import (
	"context"

	"github.com/scantling-dev/scantling/planner/units"
	aws "github.com/scantling-dev/scantling/providers/aws/refresh"
	gcp "github.com/scantling-dev/scantling/providers/gcp/refresh"
	"github.com/scantling-dev/scantling/providers/refresh"
)

// Account says in whose name a cloud is asked, and what is left out. Each field is a
// flag of catalog refresh.
type Account struct {
	// Of AWS.
	Profile, RoleARN, ExternalID, PricingProfile string
	Exchange                                     units.Ratio
	WithoutCommitments, WithoutQuotas            bool
	// Of Google Cloud.
	Project, ServiceAccount string
}

// Cloud collects the catalog of a region. Its errors are those of the clouds' refresh
// packages.
type Cloud func(ctx context.Context, r refresh.Request, a Account) (refresh.Result, error)

// Clouds are those that can be asked. This file alone brings their clients into the
// program.
func Clouds() map[string]Cloud {
	return map[string]Cloud{aws.Provider: askAWS, gcp.Provider: askGCP}
}

func askAWS(ctx context.Context, r refresh.Request, a Account) (refresh.Result, error) {
	return aws.Fetch(ctx, r, aws.Options{
		Profile: a.Profile, RoleARN: a.RoleARN, ExternalID: a.ExternalID, PricingProfile: a.PricingProfile,
		Exchange: a.Exchange, WithoutCommitments: a.WithoutCommitments, WithoutQuotas: a.WithoutQuotas,
	})
}

func askGCP(ctx context.Context, r refresh.Request, a Account) (refresh.Result, error) {
	return gcp.Fetch(ctx, r, gcp.Options{Project: a.Project, ImpersonateServiceAccount: a.ServiceAccount})
}
