package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scantling-dev/scantling/internal/files"
	"github.com/scantling-dev/scantling/internal/importer"
	"github.com/scantling-dev/scantling/internal/spec"
	"github.com/scantling-dev/scantling/internal/tfread"
	"github.com/scantling-dev/scantling/planner"
)

func importTerraformCommand(w *World) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "terraform SHOW|TFVARS|- [FILE|DIR]...",
		Short: "Write a spec for what Terraform has",
		Long: `Write cluster.hcl into the folder --out for node groups that Terraform has. The first
argument is what terraform show -json prints of a state or a plan file, a raw state, or
values of variables in JSON (*.auto.tfvars.json) for terraform-aws-eks v21, for
terraform-google-kubernetes-engine v44 or for modules of one's own, as 'emit terraform'
writes them; - is stdin. The rest are manifests and dumps of kubectl, as for 'import'.

Each node group becomes a group with its types, disk, labels, taints, bounds and
update settings. Manifests run in the groups whose taints they tolerate and whose labels
they ask for. Machines of one's own are as --nodes shows them. In a group without any
manifest, placeholders of a quarter of a node keep the count that Terraform has. The spec
plans as it stands; what Terraform does not say is marked with QUESTION.`,
		Example: "  terraform show -json | scantling import terraform - --out cluster\n" +
			"  scantling import terraform scantling.auto.tfvars.json k8s/ --out cluster",
		RunE: func(cmd *cobra.Command, args []string) error { return o.terraform(cmd.Context(), w, args) },
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("import terraform takes what terraform show -json prints, or -"))
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.name, "name", "", "the cluster's `name` (default: Terraform's, else imported)")
	flags.StringVar(&o.provider, "provider", "", "the `provider`: aws, gcp or on_premises (default: Terraform's)")
	flags.StringVar(&o.region, "region", "", "the provider's `region` (default: Terraform's, else us-east-1, us-central1)")
	flags.StringSliceVar(&o.zones, "zones", nil, "`zones`, comma-separated (default: Terraform's, else the first three)")
	flags.StringVar(&o.version, "kubernetes-version", "", "the `minor` that runs today (default: Terraform's, else the newest in standard support)")
	flags.StringVar(&o.nodes, "nodes", "", "what kubectl get nodes -o json prints, in a `file` or - for stdin; as good as among the arguments")
	flags.StringVar(&o.out, "out", ".", "the `folder` to write cluster.hcl to")
	flags.BoolVar(&o.copy, "copy", false, "write everything out instead of referring to the manifests")
	flags.BoolVar(&o.force, "force", false, "overwrite an existing cluster.hcl")
	o.register(cmd)
	return cmd
}

func (o *importOptions) terraform(ctx context.Context, w *World, args []string) error {
	target, err := o.target()
	if err != nil {
		return err
	}
	t, err := readTerraform(ctx, w, args[0])
	if err != nil {
		return err
	}
	var read []spec.File
	if more := o.named(args[1:]); len(more) > 0 {
		if read, err = manifestFiles(ctx, w, more); err != nil {
			return err
		}
	}
	found := importer.Read(read)
	offers, err := o.offers(w)
	if err != nil {
		return err
	}
	mode := planner.Managed
	if t.SelfManaged {
		mode = planner.SelfManaged
	}
	if o.name == "" {
		o.name = clusterName(t.Name)
	}
	facts, more := importer.TerraformFacts(t), found.Facts()
	if facts.Region == "" {
		facts.Region = more.Region
	}
	if len(facts.Zones) == 0 {
		facts.Zones = more.Zones
	}
	if facts.Version == "" {
		facts.Version = more.Version
	}
	if cmp.Or(o.provider, facts.Provider) == importer.OnPremises {
		mode = planner.SelfManaged
	}
	options, err := o.cluster(facts, mode, offers)
	if err != nil {
		w.problems(&found)
		return err
	}
	if options.Provider == importer.OnPremises {
		return o.own(ctx, w, target, t, read, &found, options, offers)
	}
	w.problems(&found)
	if !o.copy {
		options.Refer = o.refer
	}
	text, err := importer.WriteTerraform(t, read, &found, options)
	if err != nil {
		return exit(WrongInput, err)
	}
	if err := o.write(w, target, text, offers, count(len(t.Pools), "group of Terraform", "groups of Terraform")+", "+count(len(found.Planned()), "workload", "workloads")); err != nil {
		return err
	}
	return o.planned(ctx, w, target, text, len(found.Planned()), offers)
}

// readTerraform reads a document from a file or, for -, from stdin.
func readTerraform(ctx context.Context, w *World, name string) (*tfread.Cluster, error) {
	var content []byte
	if name == "-" {
		all, err := readAll(ctx, io.LimitReader(w.Stdin, importer.MaxFileBytes+1))
		if err != nil {
			return nil, exit(EnvironmentFailed, err)
		}
		content = all
	} else {
		f, err := files.Read(name, importer.MaxFileBytes)
		if err != nil {
			return nil, readError(err)
		}
		content = f.Content
	}
	if len(content) > importer.MaxFileBytes {
		return nil, exit(WrongInput, fmt.Errorf("%s: larger than %d MiB", name, importer.MaxFileBytes>>20))
	}
	t, err := tfread.Read(content)
	if err != nil {
		if trimmed := bytes.TrimSpace(content); !json.Valid(trimmed) && strings.HasSuffix(name, ".tfvars") {
			return nil, exit(WrongInput, fmt.Errorf("%s: variables are read as JSON: write *.tfvars.json, or give terraform show -json of a plan", name))
		}
		return nil, exit(WrongInput, fmt.Errorf("%s: %w", name, err))
	}
	return t, nil
}

// clusterName returns a name as a spec may have it.
func clusterName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '-':
			return r
		case 'A' <= r && r <= 'Z':
			return r + ('a' - 'A')
		}
		return '-'
	}, s), "-")
	if s == "" || s[0] < 'a' || len(s) > 50 {
		return "imported"
	}
	return s
}
