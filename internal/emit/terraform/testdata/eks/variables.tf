# Inputs of terraform-aws-modules/eks/aws, version = "~> 21.19".
# Written by scantling for the cluster "shop" in us-east-1.
# Change the spec and write them again.

variable "shop_kubernetes_version" {
  description = "Kubernetes minor of the control plane: the module's kubernetes_version."
  type        = string
  nullable    = false
}

variable "shop_upgrade_policy" {
  description = "What happens when the minor leaves standard support, STANDARD or EXTENDED: the module's upgrade_policy."
  type = object({
    support_type = optional(string)
  })
  nullable = false
}

variable "shop_region" {
  description = "Region of the cluster: the module's region."
  type        = string
  nullable    = false
}

variable "shop_control_plane_scaling_config" {
  description = "Tier of the control plane: the module's control_plane_scaling_config."
  type = object({
    tier = string
  })
  nullable = false
}

variable "shop_deletion_protection" {
  description = "Whether EKS refuses to delete the cluster: the module's deletion_protection."
  type        = bool
  nullable    = false
}

variable "shop_addons" {
  description = "Add-ons whose pods the plan counts, by name: the module's addons. aws-ebs-csi-driver needs an IAM role beside these."
  type = map(object({
    # Installed before the node groups.
    before_compute = optional(bool, false)
    # The add-on's settings, in JSON.
    configuration_values = optional(string)
  }))
  nullable = false
}

variable "shop_node_group_zones" {
  description = "Zones of each node group, by group: map them to subnets for the group's subnet_ids."
  type        = map(list(string))
  nullable    = false
}

variable "shop_node_groups" {
  description = "Node groups by name: the module's eks_managed_node_groups, less subnet_ids. Sizes are totals over the group's zones."
  type = map(object({
    # Names, where the key is another's: while another group takes the place of this one.
    name                 = optional(string)
    launch_template_name = optional(string)
    # Minor and image of nodes that are to go, which nothing replaces meanwhile.
    kubernetes_version             = optional(string)
    use_latest_ami_release_version = optional(bool)
    # Image, by operating system and architecture.
    ami_type = optional(string)
    # Instance types of the group.
    instance_types = optional(list(string))
    # ON_DEMAND or SPOT.
    capacity_type = optional(string)
    # Nodes at least. EKS refuses more than the running count: resize the group first.
    min_size = optional(number)
    # Nodes at most, the extra nodes of an update not counted. EKS refuses fewer than the running count.
    max_size = optional(number)
    # Nodes at the start: the module ignores it once the group exists.
    desired_size = optional(number)
    # Node labels. scantling.dev/group is the group's name, which pods select.
    labels = optional(map(string))
    # Taints, by key and effect; effect is NO_SCHEDULE, PREFER_NO_SCHEDULE or NO_EXECUTE.
    taints = optional(map(object({
      key    = string
      value  = optional(string)
      effect = string
    })))
    # Root disks, by device; sizes in GiB, throughput in MiB/s.
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
    # How nodes are replaced: one of the two counts, and DEFAULT or MINIMAL.
    update_config = optional(object({
      max_unavailable            = optional(number)
      max_unavailable_percentage = optional(number)
      update_strategy            = optional(string)
    }))
    # How long Terraform waits for an update.
    timeouts = optional(object({
      create = optional(string)
      update = optional(string)
      delete = optional(string)
    }))
    # AL2023: the NodeConfig that limits the pods of a node.
    cloudinit_pre_nodeadm = optional(list(object({
      content      = string
      content_type = optional(string)
      filename     = optional(string)
      merge_type   = optional(string)
    })))
    # Name of the group's IAM role, where the one that the module makes of a long name is refused.
    iam_role_name = optional(string)
    # Bottlerocket: the setting that limits the pods of a node, in TOML.
    bootstrap_extra_args = optional(string)
  }))
  nullable = false

  validation {
    condition = alltrue([
      for g in var.shop_node_groups : try(g.min_size <= g.desired_size && g.desired_size <= g.max_size, true)
    ])
    error_message = "EKS refuses a group unless min_size <= desired_size <= max_size."
  }

  validation {
    condition = alltrue([
      for g in var.shop_node_groups : try((g.update_config.max_unavailable == null) != (g.update_config.max_unavailable_percentage == null), true)
    ])
    error_message = "An update_config has exactly one of max_unavailable and max_unavailable_percentage."
  }

  validation {
    condition = alltrue(flatten([
      for g in var.shop_node_groups : [
        for t in coalesce(g.taints, {}) : contains(["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"], t.effect)
      ]
    ]))
    error_message = "The effect of a taint is NO_SCHEDULE, PREFER_NO_SCHEDULE or NO_EXECUTE."
  }
}
