package dev.adit.host;

import dev.adit.vfiouser.ServerOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A virtual device as it is to be started.
 *
 * @param name what it is called; unique among those that run
 * @param function the function that it is cut from; without, the first that has room
 * @param type what it is made of
 * @param socket where it is served
 * @param server how it is served
 * @param flavour what its guest sees of its configuration
 * @param limits what it offers less than its function can do
 * @param imsQuota most message store entries that it may hold, 1 or more; they are needed twice
 *     while handles are revoked
 * @param mapped whether its guest may map its portals, which a guest under KVM has to; then a
 *     thread looks for what the guest has written there
 */
public record DevicePlan(
    String name,
    Optional<String> function,
    AdiType type,
    Path socket,
    ServerOptions server,
    Flavour flavour,
    Limits limits,
    int imsQuota,
    boolean mapped) {

  /** What a guest sees of its device's configuration. */
  public enum Flavour {
    /** Its driver configures queue and group within what it was given, as Linux expects. */
    CONFIGURABLE,
    /** The host has configured everything, as the DSA specification wants it (7.5.5). */
    FIXED
  }

  /**
   * What is offered at most, so that one image runs on functions that differ.
   *
   * @param operations bit n leaves opcode n in
   * @param features bits of GENCAP that are left in
   * @param transferShift the largest transfer is 2 to this power
   * @param batchShift the largest batch is 2 to this power
   */
  public record Limits(long operations, long features, int transferShift, int batchShift) {
    /** Everything that the function can do. */
    public static final Limits NONE = new Limits(-1L, -1L, 31, 15);
  }

  /** {@return a device with everything its function can do} */
  public static DevicePlan of(String name, AdiType type, Path socket) {
    return new DevicePlan(
        name,
        Optional.empty(),
        type,
        socket,
        ServerOptions.defaults(),
        Flavour.CONFIGURABLE,
        Limits.NONE,
        2 * type.queues(),
        false);
  }

  /** {@return this plan on a function} */
  public DevicePlan on(String other) {
    return new DevicePlan(
        name, Optional.of(other), type, socket, server, flavour, limits, imsQuota, mapped);
  }

  /** {@return this plan with another flavour} */
  public DevicePlan withFlavour(Flavour other) {
    return new DevicePlan(name, function, type, socket, server, other, limits, imsQuota, mapped);
  }

  /** {@return this plan with other limits} */
  public DevicePlan withLimits(Limits other) {
    return new DevicePlan(name, function, type, socket, server, flavour, other, imsQuota, mapped);
  }

  /** {@return this plan served in another way} */
  public DevicePlan withServer(ServerOptions other) {
    return new DevicePlan(name, function, type, socket, other, flavour, limits, imsQuota, mapped);
  }

  /** {@return this plan with another quota of message store entries} */
  public DevicePlan withImsQuota(int other) {
    return new DevicePlan(name, function, type, socket, server, flavour, limits, other, mapped);
  }

  /** {@return this plan with portals that may be mapped or not} */
  public DevicePlan withMapped(boolean other) {
    return new DevicePlan(name, function, type, socket, server, flavour, limits, imsQuota, other);
  }
}
