package terraform_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/zclconf/go-cty/cty"
)

// moduleInputs are inputs of terraform-aws-modules/eks/aws v21.19 and their type
// constraints, as its variables.tf has them: those that a caller of ours sets,
// and of a node group also what is easily mistaken. It is the independent side
// of the tests here: nothing of it comes from the package.
const moduleInputs = `
variable "name" {
  type    = string
  default = ""
}
variable "kubernetes_version" {
  type    = string
  default = null
}
variable "upgrade_policy" {
  type = object({
    support_type = optional(string)
  })
  default = null
}
variable "vpc_id" {
  type    = string
  default = null
}
variable "subnet_ids" {
  type    = list(string)
  default = []
}
variable "control_plane_subnet_ids" {
  type    = list(string)
  default = []
}
variable "addons" {
  type = map(object({
    name                 = optional(string)
    before_compute       = optional(bool, false)
    most_recent          = optional(bool, true)
    addon_version        = optional(string)
    configuration_values = optional(string)
    pod_identity_association = optional(list(object({
      role_arn        = string
      service_account = string
    })))
    preserve                    = optional(bool, true)
    resolve_conflicts_on_create = optional(string, "NONE")
    resolve_conflicts_on_update = optional(string, "OVERWRITE")
    service_account_role_arn    = optional(string)
    timeouts = optional(object({
      create = optional(string)
      update = optional(string)
      delete = optional(string)
    }), {})
    tags = optional(map(string), {})
  }))
  default = null
}
variable "eks_managed_node_groups" {
  type = map(object({
    create                         = optional(bool)
    kubernetes_version             = optional(string)
    name                           = optional(string)
    use_name_prefix                = optional(bool)
    subnet_ids                     = optional(list(string))
    min_size                       = optional(number)
    max_size                       = optional(number)
    desired_size                   = optional(number)
    ami_id                         = optional(string)
    ami_type                       = optional(string)
    ami_release_version            = optional(string)
    use_latest_ami_release_version = optional(bool)
    capacity_type                  = optional(string)
    disk_size                      = optional(number)
    force_update_version           = optional(bool)
    instance_types                 = optional(list(string))
    labels                         = optional(map(string))
    taints = optional(map(object({
      key    = string
      value  = optional(string)
      effect = string
    })))
    update_config = optional(object({
      max_unavailable            = optional(number)
      max_unavailable_percentage = optional(number)
      update_strategy            = optional(string)
    }))
    timeouts = optional(object({
      create = optional(string)
      update = optional(string)
      delete = optional(string)
    }))
    bootstrap_extra_args = optional(string)
    cloudinit_pre_nodeadm = optional(list(object({
      content      = string
      content_type = optional(string)
      filename     = optional(string)
      merge_type   = optional(string)
    })))
    use_custom_launch_template = optional(bool)
    block_device_mappings = optional(map(object({
      device_name = optional(string)
      ebs = optional(object({
        delete_on_termination      = optional(bool)
        encrypted                  = optional(bool)
        iops                       = optional(number)
        kms_key_id                 = optional(string)
        snapshot_id                = optional(string)
        throughput                 = optional(number)
        volume_initialization_rate = optional(number)
        volume_size                = optional(number)
        volume_type                = optional(string)
      }))
      no_device    = optional(string)
      virtual_name = optional(string)
    })))
    credit_specification = optional(object({
      cpu_credits = optional(string)
    }))
  }))
  default = null
}
`

// constraint is the type of a variable.
type constraint struct {
	typ      cty.Type
	defaults *typeexpr.Defaults
	// text is the source of the type.
	text string
}

// constraints returns the variables that HCL source declares.
func constraints(t testing.TB, src []byte) map[string]constraint {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL(src, "variables.tf")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	content, diags := file.Body.Content(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "variable", LabelNames: []string{"name"}}}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	out := map[string]constraint{}
	for _, block := range content.Blocks {
		body, _, diags := block.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "type", Required: true}}})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		expr := body.Attributes["type"].Expr
		typ, defaults, diags := typeexpr.TypeConstraintWithDefaults(expr)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		out[block.Labels[0]] = constraint{typ: typ, defaults: defaults, text: string(expr.Range().SliceBytes(src))}
	}
	return out
}

// defaultsOf returns the defaults of a map's elements: none where it has none.
func defaultsOf(c constraint) map[string]cty.Value {
	if c.defaults == nil || c.defaults.Children[""] == nil {
		return nil
	}
	return c.defaults.Children[""].DefaultValues
}
