package dev.adit.host.control;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A function, what is left of it, and what it has done.
 *
 * @param name as in the configuration
 * @param kind {@code dsa}
 * @param types what devices it offers
 * @param queues its work queues
 * @param engines how many engines serve them
 * @param entries entries of its message store, 0 without
 * @param entriesUsed of these, those that belong to devices
 * @param devices active devices
 * @param completed descriptors done
 * @param statuses of these, by status code in hexadecimal
 * @param interrupts messages sent, by store: {@code msix}, {@code ims}
 * @param ims the verdict about its message store
 */
public record FunctionStatus(
    String name,
    String kind,
    List<TypeStatus> types,
    List<QueueStatus> queues,
    int engines,
    int entries,
    int entriesUsed,
    int devices,
    long completed,
    Map<String, Long> statuses,
    Map<String, Long> interrupts,
    DeviceStatus.ImsUse ims) {
  public FunctionStatus {
    types = List.copyOf(types);
    queues = List.copyOf(queues);
    interrupts = new TreeMap<>(interrupts);
    statuses = new TreeMap<>(statuses);
  }
}
