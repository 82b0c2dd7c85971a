package dev.adit.host;

import dev.adit.interrupts.IsolationLevel;
import dev.adit.interrupts.MessageStore;
import dev.adit.interrupts.domain.MessageDomain;
import dev.adit.interrupts.post.PostedDescriptors;
import dev.adit.interrupts.post.PostingHost;
import dev.adit.interrupts.remap.Outcome;
import dev.adit.interrupts.remap.Remapper;

/**
 * The host's interrupt hardware, as functions that are passed to guests need it: a {@link
 * PostingHost} with tenants. What a function sends is judged, and what is let through is handed on
 * at once to the tenant whose entry it named.
 *
 * <p>It is a model, since a process can have no real one: the unit, its table and its faults are
 * those of the specification, the descriptors are served by the thread that sends.
 */
public final class HostRemapper {
  private static final int TABLE_BITS = 11;

  /** Processors of the host, where it has to take vectors of them. */
  private static final int PROCESSORS = 4;

  /** How many tenants there can be. */
  private static final int TENANTS = 16;

  /** Most posted-interrupt descriptors of a tenant; xAPIC has no processor 255 either. */
  static final int COUNT = 255;

  private final PostingHost hardware;
  private int joined;

  /** A unit that checks requester IDs. */
  public HostRemapper() {
    this(IsolationLevel.REQUESTER_ID);
  }

  /**
   * What checks on some level, with nothing allocated.
   *
   * @param level {@link IsolationLevel#DEVICE_PASID} is a matter of the functions and of who writes
   *     their stores; here it is the same as {@link IsolationLevel#REQUESTER_ID}
   */
  public HostRemapper(IsolationLevel level) {
    hardware =
        new PostingHost(new PostingHost.Plan(level, TABLE_BITS, TENANTS * COUNT, PROCESSORS));
  }

  /**
   * Adds a tenant.
   *
   * @param requesterId its function's, which others may have too
   * @param pasid what its function's messages are tagged with on level 3; without that level they
   *     are not, as no function tags them
   * @throws IllegalStateException if there are too many
   */
  public synchronized HostTenant join(int requesterId, int pasid) {
    if (joined == TENANTS) {
      throw new IllegalStateException("The host has " + TENANTS + " tenants already");
    }
    boolean tagged = level() == IsolationLevel.REMAPPER_PASID && pasid != MessageStore.NO_PASID;
    if (tagged) {
      hardware.admit(pasid);
    }
    return new HostTenant(this, ++joined, requesterId, tagged ? pasid : MessageStore.NO_PASID);
  }

  /** {@return what is checked here} */
  public IsolationLevel level() {
    return hardware.level();
  }

  /** {@return who composes messages here} */
  MessageDomain domain() {
    return hardware.domain();
  }

  /** {@return what checks messages here} */
  Remapper remapper() {
    return hardware.remapper();
  }

  /** {@return where what was posted comes out} */
  PostedDescriptors descriptors() {
    return hardware.descriptors();
  }

  /**
   * {@return the tenant that an interrupt which came out was for, or {@link PostingHost#NOBODY}}
   */
  int owner(Outcome arrived) {
    return hardware.owner(arrived);
  }
}
