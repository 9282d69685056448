zones = ["room-1"]

machine "r640" {
  cpu           = 32.5
  memory        = "512Mi"
  count_by_zone = { room-1 = 3, room-9 = 1 }
}

locals {
  a = 1
}
