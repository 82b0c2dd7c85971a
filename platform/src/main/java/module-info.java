import org.jspecify.annotations.NullMarked;

/** Evidence about a machine and the ims= decision as data. */
@NullMarked
module dev.adit.platform {
  requires static org.jspecify;
  requires transitive dev.adit.pci;
  requires transitive dev.adit.interrupts;

  exports dev.adit.platform;
  exports dev.adit.platform.gather;

  uses dev.adit.platform.gather.FamilyEvidence;

  provides dev.adit.platform.gather.FamilyEvidence with
      dev.adit.platform.gather.Mlx5Evidence;
}
