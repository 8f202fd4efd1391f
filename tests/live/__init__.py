"""The live proof: real servers on the loopback interface, before and after the fix."""
