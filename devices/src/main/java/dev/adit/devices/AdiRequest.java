package dev.adit.devices;

import java.util.Map;
import java.util.Optional;

/**
 * An interface as somebody asks for it.
 *
 * @param type the name of its type
 * @param attributes choices by name, as {@link Setting#textIn} writes them; those that the family
 *     declares
 * @param saved the state of a virtual function that it is to go on as, see {@link
 *     VirtualFunction#save}
 */
public record AdiRequest(String type, Map<String, String> attributes, Optional<byte[]> saved) {
  /** Makes the map unmodifiable. */
  public AdiRequest {
    attributes = Map.copyOf(attributes);
  }
}
