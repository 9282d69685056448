package terraform_test

// eksInputs are inputs of terraform-aws-modules/eks/aws v21.19 and their type
// constraints, as its variables.tf has them: those that a caller of ours sets,
// and of a node group also what is easily mistaken. It is the independent side
// of the tests here: nothing of it comes from the package.
const eksInputs = `
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
variable "region" {
  type    = string
  default = null
}
variable "control_plane_scaling_config" {
  type = object({
    tier = string
  })
  default = null
}
variable "deletion_protection" {
  type    = bool
  default = null
}
variable "endpoint_public_access" {
  type    = bool
  default = false
}
variable "enable_cluster_creator_admin_permissions" {
  type    = bool
  default = false
}
variable "tags" {
  type    = map(string)
  default = {}
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
    launch_template_name           = optional(string)
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
    iam_role_name              = optional(string)
    iam_role_use_name_prefix   = optional(bool)
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

// eksResults are outputs of the module that a root hands on, and here also what it got.
const eksResults = `
output "cluster_name" {
  value = var.name
}
output "cluster_endpoint" {
  value = "https://${var.name}.example.com"
}
output "cluster_certificate_authority_data" {
  value = "Y2E="
}
output "oidc_provider_arn" {
  value = "arn:aws:iam::111122223333:oidc-provider/${var.name}"
}
output "node_security_group_id" {
  value = "sg-1"
}
output "groups" {
  value = var.eks_managed_node_groups
}
output "addons" {
  value = var.addons
}
output "control" {
  value = [var.region, var.kubernetes_version, var.upgrade_policy, var.control_plane_scaling_config, var.deletion_protection]
}
`
