package dev.adit.host.control;

import dev.adit.devices.Figure;
import java.util.List;

/**
 * A function, what is left of it, and what it has done.
 *
 * @param name as in the configuration
 * @param kind the name of its family
 * @param types what devices it offers
 * @param entries entries of its message store, 0 without
 * @param entriesUsed of these, those that belong to devices
 * @param devices active devices
 * @param figures what it reports of itself
 * @param ims the verdict about its message store
 */
public record FunctionStatus(
    String name,
    String kind,
    List<TypeStatus> types,
    int entries,
    int entriesUsed,
    int devices,
    List<Figure> figures,
    DeviceStatus.ImsUse ims) {
  public FunctionStatus {
    types = List.copyOf(types);
    figures = List.copyOf(figures);
  }
}
