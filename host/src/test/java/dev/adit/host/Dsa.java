package dev.adit.host;

import dev.adit.devices.Figure;
import dev.adit.devices.dsa.DsaDevice;
import dev.adit.devices.dsa.DsaProfile;
import dev.adit.devices.dsa.DsaStatistics;
import dev.adit.devices.dsa.VirtualDsa;
import dev.adit.devices.dsa.VirtualStatistics;
import dev.adit.devices.dsa.lend.DsaLease;
import java.util.List;

/** What a device of the host is as a DSA. */
public final class Dsa {
  private Dsa() {}

  static VirtualStatistics statistics(VirtualDevice device) {
    return ((VirtualDsa) device.function()).statistics();
  }

  static DsaProfile profile(VirtualDevice device) {
    return ((VirtualDsa) device.function()).profile();
  }

  static List<Integer> queues(VirtualDevice device) {
    return ((DsaLease) device.lease()).queues();
  }

  /** Descriptors that engines have worked on for a device. */
  static long descriptors(VirtualDevice device) {
    return one(device, "completed");
  }

  static long engineNanos(VirtualDevice device) {
    return one(device, "engineNanos");
  }

  private static long one(VirtualDevice device, String key) {
    return device.figures().stream()
        .filter(figure -> figure.key().equals(key))
        .map(figure -> ((Figure.One) figure).value())
        .findFirst()
        .orElseThrow();
  }

  static DsaDevice function(Registry registry, String name) {
    return (DsaDevice) registry.physical(name).orElseThrow().function();
  }

  static DsaStatistics statistics(Registry registry, String name) {
    return function(registry, name).statistics();
  }
}
