package dev.adit.platform.gather;

import dev.adit.pci.SeenFunction;
import dev.adit.platform.Sign;
import dev.adit.platform.Truth;
import dev.adit.platform.Use;
import java.util.List;
import java.util.Set;

/**
 * ConnectX and BlueField functions that the driver mlx5 serves. Their configuration space says
 * nothing of what they have: the messages of their queues lie in queue contexts, and they translate
 * by tables of their own. Both are known from the words of their maintainer only, so whether a
 * given firmware offers the first to a driver stays unknown.
 */
public final class Mlx5Evidence implements FamilyEvidence {
  private static final int MELLANOX = 0x15b3;

  /** Network functions that mlx5 binds, PF and VF: the device table of Linux, drivers/net. */
  private static final Set<Integer> DEVICES =
      Set.of(
          0x1011, 0x1012, 0x1013, 0x1014, 0x1015, 0x1016, 0x1017, 0x1018, 0x1019, 0x101a, 0x101b,
          0x101c, 0x101d, 0x101e, 0x101f, 0x1021, 0x1023, 0x1025, 0x1027, 0xa2d2, 0xa2d3, 0xa2d6,
          0xa2dc, 0xa2df);

  @Override
  public String name() {
    return "ConnectX";
  }

  @Override
  public boolean knows(SeenFunction function) {
    return function.vendor() == MELLANOX && DEVICES.contains(function.device());
  }

  @Override
  public boolean concerned() {
    return false;
  }

  @Override
  public List<Use> uses() {
    return List.of(Use.SUB_DEVICE_QUEUE_STORE);
  }

  @Override
  public void function(Sheet sheet, SeenFunction function) {
    sheet.fact(
        Sign.FUNCTION_OWN_IOMMU,
        Truth.YES,
        "known from its identity: ConnectX translates by tables of its own",
        "thread, Gunthorpe 16 Nov");
    if (sheet.evidence().truth(Sign.FUNCTION_IMS) != Truth.YES) {
      sheet.unknown(
          Sign.FUNCTION_IMS,
          "no DVSEC would tell: its messages lie in queue contexts, which firmware commands write;"
              + " whether this firmware offers them cannot be seen from outside",
          "thread, Gunthorpe 7 and 16 Nov");
    }
    sheet.unknown(
        Sign.FUNCTION_PASID_CHECK,
        "not documented for messages in queue contexts",
        "list of known devices");
  }
}
