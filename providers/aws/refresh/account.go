package refresh

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"github.com/scantling-dev/scantling/catalogs"
	"github.com/scantling-dev/scantling/planner/units"
	"github.com/scantling-dev/scantling/providers/refresh"
)

const (
	callVersions      = "eks:DescribeClusterVersions"
	callQuota         = "servicequotas:GetServiceQuota"
	callQuotaStandard = "servicequotas:GetAWSDefaultServiceQuota"

	versionsPage = 100
)

// collectVersions asks for the calendar of EKS. The dates of the Kubernetes project, and
// versions that EKS no longer lists or does not have yet, are as they were known.
func (f *fetcher) collectVersions(ctx context.Context) error {
	rows := map[string]catalogs.Version{}
	for _, v := range f.req.Base.Versions {
		rows[v.Minor] = v
	}
	err := pages(ctx, f, callVersions, func(token *string) (*string, error) {
		out, err := f.clients.eks.DescribeClusterVersions(ctx, &eks.DescribeClusterVersionsInput{
			IncludeAll: aws.Bool(true), MaxResults: aws.Int32(versionsPage), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		for _, v := range out.ClusterVersions {
			if v.ClusterType != nil && *v.ClusterType != "eks" {
				continue // of clusters on premises
			}
			row := rows[aws.ToString(v.ClusterVersion)]
			row.Minor = aws.ToString(v.ClusterVersion)
			row.Release, row.StandardEnd, row.ExtendedEnd = day(v.ReleaseDate), day(v.EndOfStandardSupportDate), day(v.EndOfExtendedSupportDate)
			rows[row.Minor] = row
		}
		f.progress("EKS versions", len(out.ClusterVersions), 0)
		return out.NextToken, nil
	})
	if err != nil {
		return err
	}
	// Lengths first: "1.9" comes before "1.10".
	f.versions = slices.SortedFunc(maps.Values(rows), func(a, b catalogs.Version) int {
		return cmp.Or(cmp.Compare(len(a.Minor), len(b.Minor)), strings.Compare(a.Minor, b.Minor))
	})
	return nil
}

// day returns the day of a moment, in UTC, as AWS counts support.
func day(t *time.Time) units.Date {
	if t == nil {
		return ""
	}
	return units.Date(t.UTC().Format(time.DateOnly))
}

// wantedQuota is a quota of AWS that the language has a word for.
type wantedQuota struct {
	name, service, code string
	// each is how many of the language's units the quota's unit is.
	each float64
}

// wantedQuotas are the quotas of the standard families (A, C, D, H, I, M, R, T, Z),
// which count vCPUs, and that of gp3 volumes, which counts TiB. GPUs have quotas of
// their families, in vCPUs: none says how many GPUs.
func wantedQuotas() []wantedQuota {
	return []wantedQuota{
		{"disk_gib", "ebs", "L-7A658B76", 1024},
		{"on_demand_vcpus", "ec2", "L-1216C47A", 1},
		{"spot_vcpus", "ec2", "L-34B43A08", 1},
	}
}

// collectQuotas asks for the quotas of the account, and for AWS's own where the account
// has none.
func (f *fetcher) collectQuotas(ctx context.Context) error {
	wanted := wantedQuotas()
	for _, w := range wanted {
		value, err := f.quota(ctx, w)
		if err != nil {
			return err
		}
		if value != nil {
			f.quotas = append(f.quotas, refresh.Quota{
				Name: w.name, Limit: *value * w.each, Origin: fmt.Sprintf("%s %s", w.service, w.code),
			})
		}
		f.progress("quotas", 1, len(wanted))
	}
	return nil
}

// quota returns the value of a quota; nil where AWS knows none.
func (f *fetcher) quota(ctx context.Context, w wantedQuota) (*float64, error) {
	service, code := aws.String(w.service), aws.String(w.code)
	value := func(q *types.ServiceQuota, err error) (*float64, error) {
		if _, none := errors.AsType[*types.NoSuchResourceException](err); none || err == nil && q == nil {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return q.Value, nil
	}
	applied, err := call(ctx, f, callQuota, func() (*float64, error) {
		out, err := f.clients.quotas.GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{ServiceCode: service, QuotaCode: code})
		if err != nil {
			return value(nil, err)
		}
		return value(out.Quota, nil)
	})
	if err != nil || applied != nil {
		return applied, err
	}
	return call(ctx, f, callQuotaStandard, func() (*float64, error) {
		out, err := f.clients.quotas.GetAWSDefaultServiceQuota(ctx, &servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: service, QuotaCode: code})
		if err != nil {
			return value(nil, err)
		}
		return value(out.Quota, nil)
	})
}
