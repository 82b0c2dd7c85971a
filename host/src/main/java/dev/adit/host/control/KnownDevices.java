package dev.adit.host.control;

import dev.adit.host.control.Devices.Known;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Devices by UUID, by label and in the order in which they became known. Changed by one thread at a
 * time; reading waits for none, and costs the same with thousands.
 */
final class KnownDevices {
  private final Map<UUID, Long> places = new ConcurrentHashMap<>();
  private final Map<String, UUID> labels = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Long, Known> inOrder = new ConcurrentSkipListMap<>();
  private long next;

  /** {@return all of them, the oldest first} */
  List<Known> all() {
    return List.copyOf(inOrder.values());
  }

  Optional<Known> find(UUID uuid) {
    Long place = places.get(uuid);
    return place == null ? Optional.empty() : Optional.ofNullable(inOrder.get(place));
  }

  /** {@return whose label it is: what a device is called now, or was when it was started} */
  Optional<Known> holder(String label) {
    UUID uuid = labels.get(label);
    return uuid == null ? Optional.empty() : find(uuid);
  }

  /** Adds a device, or puts it in the place of what it was. */
  void put(Known device) {
    UUID uuid = device.definition().uuid();
    find(uuid).ifPresent(this::forgetLabels);
    inOrder.put(places.computeIfAbsent(uuid, _ -> next++), device);
    labels.put(device.definition().label(), uuid);
    device.running().ifPresent(running -> labels.put(running.label(), uuid));
  }

  void remove(UUID uuid) {
    find(uuid).ifPresent(this::forgetLabels);
    Long place = places.remove(uuid);
    if (place != null) {
      inOrder.remove(place);
    }
  }

  private void forgetLabels(Known device) {
    labels.remove(device.definition().label());
    device.running().ifPresent(running -> labels.remove(running.label()));
  }
}
