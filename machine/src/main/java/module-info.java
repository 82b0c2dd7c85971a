import org.jspecify.annotations.NullMarked;

/** Machines in memory to run drivers in, and drivers written once that run in every machine. */
@NullMarked
module dev.adit.machine {
  requires static org.jspecify;
  requires transitive dev.adit.pci;
  requires transitive dev.adit.interrupts;
  requires transitive dev.adit.devices;
  requires transitive dev.adit.vfiouser;

  exports dev.adit.machine;
}
