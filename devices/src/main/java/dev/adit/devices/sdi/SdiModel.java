package dev.adit.devices.sdi;

import dev.adit.devices.Attachment;
import dev.adit.devices.Model;
import dev.adit.devices.PhysicalFunction;
import dev.adit.devices.Traits;

/**
 * An SDI function as it is configured.
 *
 * @param sdis 1 to {@link SdiFunction#MOST_SDIS}
 * @param vectors interrupts of each, 1 to {@link SdiFunction#MOST_VECTORS}
 */
public record SdiModel(int sdis, int vectors) implements Model {
  /** The one type of interfaces that there is. */
  static final String TYPE = "sdi";

  @Override
  public String kind() {
    return SdiFamily.NAME;
  }

  @Override
  public Traits traits() {
    return new Traits(
        Traits.RequesterId.EACH_INTERFACE,
        Traits.Memory.REQUESTER_ID,
        Traits.Store.DEVICE_MEMORY,
        Traits.Writer.USER,
        false,
        false);
  }

  @Override
  public PhysicalFunction make(String name, Attachment attachment, boolean store) {
    return new PhysicalSdis(name, this, attachment, store);
  }
}
