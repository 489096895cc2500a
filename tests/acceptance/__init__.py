"""What the issue asks of the main job, asked of the `toko` command and of what it leaves behind."""
