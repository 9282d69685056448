package refresh

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/savingsplans"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/scantling-dev/scantling/providers/refresh"
)

const (
	// defaultAttempts and defaultBackoff ride out a minute of throttling: the SDK
	// waits twice as long each time, with jitter.
	defaultAttempts = 8
	defaultBackoff  = 20 * time.Second

	// answerTimeout bounds one attempt. The largest answer is a page of the price list, a
	// megabyte and a half: 12 seconds at a megabit a second.
	answerTimeout = 2 * time.Minute

	// sessionName is what an assumed role's session is called in CloudTrail.
	sessionName = "scantling-catalog-refresh"
)

// partition is a part of AWS with accounts of its own.
type partition struct {
	name string
	// pricing is the region whose endpoint has the price list, savings that of the
	// savings plans.
	pricing, savings string
	// currency of the prices.
	currency string
	// elsewhere: the price list is in another partition, and needs credentials of it.
	elsewhere bool
}

// partitionOf returns the partition of a region. The price list is served in three
// regions of commercial AWS and in one of China; that of GovCloud is in commercial AWS
// (docs.aws.amazon.com/general/latest/gr/billing.html, "AWS Price List").
func partitionOf(region string) (partition, bool) {
	parts := strings.Split(region, "-")
	if len(parts) < 3 {
		return partition{}, false
	}
	p := partition{name: "aws", pricing: "us-east-1", savings: "us-east-1", currency: "USD"}
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		p.name, p.elsewhere = "aws-us-gov", true
	case len(parts) != 3:
		return partition{}, false
	case parts[0] == "cn":
		p = partition{name: "aws-cn", pricing: "cn-northwest-1", savings: region, currency: "CNY"}
	case parts[0] == "eu":
		p.pricing = "eu-central-1"
	case parts[0] == "ap":
		p.pricing = "ap-south-1"
	case !slices.Contains([]string{"us", "ca", "sa", "me", "af", "il", "mx"}, parts[0]) || strings.HasPrefix(parts[1], "iso"):
		return partition{}, false
	}
	return p, true
}

type clients struct {
	ec2     *ec2.Client
	eks     *eks.Client
	quotas  *servicequotas.Client
	pricing *pricing.Client
	savings *savingsplans.Client
}

// newFetcher refuses what cannot come right, and finds credentials.
func newFetcher(ctx context.Context, req refresh.Request, opts Options) (*fetcher, error) {
	p, ok := partitionOf(req.Region)
	switch {
	case !ok:
		return nil, refuse(fmt.Errorf("region %q is in no partition of AWS whose price list can be asked", req.Region),
			"Name a region of commercial AWS, of GovCloud or of China, such as us-east-1.")
	case p.currency != "USD" && opts.Exchange <= 0:
		return nil, refuse(fmt.Errorf("%s is priced in %s, and no exchange rate is declared", req.Region, p.currency),
			"Declare what one "+p.currency+" costs in dollars.")
	case p.elsewhere && opts.PricingProfile == "" && opts.Credentials == nil:
		return nil, refuse(fmt.Errorf("the prices of %s are in the price list of commercial AWS, which its own credentials cannot ask", req.Region),
			"Name a profile of a commercial account for the price list.")
	case req.Today.IsZero() || req.Now.IsZero():
		return nil, refuse(fmt.Errorf("no day is given"), "Give the day of the refresh.")
	}
	if req.Spot.Statistic == "" {
		req.Spot.Statistic = "mean"
	}
	if req.Spot.Window == 0 {
		req.Spot.Window = refresh.DefaultWindow
	}
	if err := checkWindow(req.Spot); err != nil {
		return nil, err
	}
	concurrency := req.Concurrency
	if concurrency <= 0 {
		concurrency = refresh.DefaultConcurrency
	}
	f := &fetcher{
		req: req, opts: opts, partition: p, secrets: &secrets{}, slots: make(chan struct{}, concurrency),
		offerings: map[string][]string{}, spot: spotHistory{}, steps: map[string]refresh.Step{},
	}
	return f, f.connect(ctx)
}

// connect finds credentials and makes the clients.
func (f *fetcher) connect(ctx context.Context) error {
	own, err := f.config(ctx, f.opts.Profile, f.req.Region)
	if err != nil {
		return err
	}
	if f.opts.RoleARN != "" {
		provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(own), f.opts.RoleARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = sessionName
			if f.opts.ExternalID != "" {
				o.ExternalID = aws.String(f.opts.ExternalID)
			}
		})
		own.Credentials = aws.NewCredentialsCache(f.secrets.watch(provider))
	}
	list := own.Copy()
	if f.opts.PricingProfile != "" {
		if list, err = f.config(ctx, f.opts.PricingProfile, f.partition.pricing); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		call string
		cfg  aws.Config
	}{{callCredentials(f.opts.RoleARN), own}, {callCredentials(""), list}} {
		if _, err := c.cfg.Credentials.Retrieve(ctx); err != nil {
			return f.explainCredentials(ctx, c.call, err)
		}
	}
	f.clients = clients{
		ec2: ec2.NewFromConfig(own), eks: eks.NewFromConfig(own), quotas: servicequotas.NewFromConfig(own),
		pricing: pricing.NewFromConfig(list, func(o *pricing.Options) { o.Region = f.partition.pricing }),
		savings: savingsplans.NewFromConfig(list, func(o *savingsplans.Options) { o.Region = f.partition.savings }),
	}
	return nil
}

// config is the configuration of a profile, as all programs of AWS find it.
func (f *fetcher) config(ctx context.Context, profile, region string) (aws.Config, error) {
	attempts, backoff := f.opts.Attempts, f.opts.MaxBackoff
	if attempts <= 0 {
		attempts = defaultAttempts
	}
	if backoff <= 0 {
		backoff = defaultBackoff
	}
	load := []func(*config.LoadOptions) error{
		config.WithRegion(region),
		config.WithLogger(logging.Nop{}), // what there is to say, errors say
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff = attempts, backoff
				o.Backoff = retry.NewExponentialJitterBackoff(backoff)
			})
		}),
	}
	if profile != "" {
		load = append(load, config.WithSharedConfigProfile(profile))
	}
	if f.opts.Credentials != nil {
		load = append(load, config.WithCredentialsProvider(f.opts.Credentials))
	}
	client := f.opts.HTTPClient
	if client == nil {
		client = awshttp.NewBuildableClient().WithTimeout(answerTimeout)
	}
	load = append(load, config.WithHTTPClient(client))
	if f.opts.Endpoint != "" {
		load = append(load, config.WithBaseEndpoint(f.opts.Endpoint))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return aws.Config{}, f.explainCredentials(ctx, callCredentials(""), err)
	}
	cfg.Credentials = aws.NewCredentialsCache(f.secrets.watch(cfg.Credentials))
	return cfg, nil
}

// callCredentials is what finding credentials is called in errors.
func callCredentials(role string) string {
	if role != "" {
		return "sts:AssumeRole"
	}
	return "credentials"
}

// secrets are the credentials that were used: no error may show them.
type secrets struct {
	mu   sync.Mutex
	seen []string
}

// watch returns provider, remembering what it gives.
func (s *secrets) watch(provider aws.CredentialsProvider) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		c, err := provider.Retrieve(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, v := range []string{c.AccessKeyID, c.SecretAccessKey, c.SessionToken} {
			if v != "" && !slices.Contains(s.seen, v) {
				s.seen = append(s.seen, v)
			}
		}
		return c, err
	})
}

// hide returns text without credentials.
func (s *secrets) hide(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.seen {
		text = strings.ReplaceAll(text, v, "[hidden]")
	}
	return keyPattern.ReplaceAllString(text, "[hidden]")
}
