import org.jspecify.annotations.NullMarked;

/**
 * Models of hardware. A device knows its function, its DMA and its message stores, nothing of
 * guests or sockets.
 */
@NullMarked
module dev.adit.devices {
  requires static org.jspecify;
  requires transitive dev.adit.pci;
  requires transitive dev.adit.interrupts;
  requires dev.adit.platform;

  exports dev.adit.devices;
  exports dev.adit.devices.bench;
  exports dev.adit.devices.dsa;
  exports dev.adit.devices.dsa.lend;
  exports dev.adit.devices.dsa.spec;
  exports dev.adit.devices.iaa;
  exports dev.adit.devices.iaa.spec;
  exports dev.adit.devices.sdi;
  exports dev.adit.devices.sdi.spec;

  uses dev.adit.devices.Family;

  provides dev.adit.devices.Family with
      dev.adit.devices.dsa.lend.DsaFamily,
      dev.adit.devices.iaa.IaaFamily,
      dev.adit.devices.sdi.SdiFamily;
  provides dev.adit.platform.gather.FamilyEvidence with
      dev.adit.devices.dsa.tell.IdxdEvidence;
}
