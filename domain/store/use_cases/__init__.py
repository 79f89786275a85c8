"""What people do, one function per action: check the permission, then write in the caller's transaction."""
