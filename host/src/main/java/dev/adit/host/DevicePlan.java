package dev.adit.host;

import dev.adit.vfiouser.ServerOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A virtual device as it is to be started.
 *
 * @param name what it is called; unique among those that run
 * @param function the function that it is cut from; without, the first that has room
 * @param type what it is made of, such as {@code 1dwq}
 * @param attributes choices that the function's family declares, by name
 * @param socket where it is served
 * @param server how it is served
 * @param imsQuota most message store entries that it may hold; they are needed twice while handles
 *     are revoked; without, twice what its type needs
 */
public record DevicePlan(
    String name,
    Optional<String> function,
    String type,
    Map<String, String> attributes,
    Path socket,
    ServerOptions server,
    OptionalInt imsQuota) {

  /** Makes the map unmodifiable. */
  public DevicePlan {
    attributes = Map.copyOf(attributes);
  }

  /** {@return a device with everything its function can do} */
  public static DevicePlan of(String name, String type, Path socket) {
    return new DevicePlan(
        name,
        Optional.empty(),
        type,
        Map.of(),
        socket,
        ServerOptions.defaults(),
        OptionalInt.empty());
  }

  /** {@return this plan on a function} */
  public DevicePlan on(String other) {
    return new DevicePlan(name, Optional.of(other), type, attributes, socket, server, imsQuota);
  }

  /** {@return this plan with a choice more} */
  public DevicePlan with(String attribute, String value) {
    Map<String, String> more = new LinkedHashMap<>(attributes);
    more.put(attribute, value);
    return new DevicePlan(name, function, type, more, socket, server, imsQuota);
  }

  /** {@return this plan served in another way} */
  public DevicePlan withServer(ServerOptions other) {
    return new DevicePlan(name, function, type, attributes, socket, other, imsQuota);
  }

  /** {@return this plan with another quota of message store entries} */
  public DevicePlan withImsQuota(int other) {
    return new DevicePlan(name, function, type, attributes, socket, server, OptionalInt.of(other));
  }
}
