"""What people do here, one function a tap: permission, then facts and saga in the caller's transaction."""
