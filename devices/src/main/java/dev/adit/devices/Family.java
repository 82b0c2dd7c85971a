package dev.adit.devices;

import java.util.List;
import java.util.function.Function;

/**
 * A family of devices: what can be configured about its functions and their virtual devices, and
 * how a function is made. A family is a package below this one and a line in the module's
 * declaration ({@code provides}); nothing outside knows it by name.
 */
public interface Family {
  /** {@return the families there are, in the order of their declaration} */
  static List<Family> all() {
    return FoundFamilies.ALL;
  }

  /** {@return what configurations call it under {@code kind}, such as {@code dsa}} */
  String name();

  /** {@return what it is, in words} */
  String title();

  /** {@return what can be configured about a function, beside name, kind and {@code ims}} */
  List<Setting<?>> settings();

  /** {@return what can be chosen about a virtual device, beside name, quotas and its socket} */
  List<Setting<?>> attributes();

  /** {@return the numbers that functions and virtual devices of the family report} */
  List<Quantity> quantities();

  /** {@return the parts that they report numbers of, such as work queues} */
  List<Figure.Parts> parts();

  /**
   * Reads the configuration of a function.
   *
   * @param name what the function is called
   * @param section its part of the document; what stands beside {@link #settings} is not read here
   * @param documents reads another document, named relative to this one
   * @throws RefusedException with line and column of what is wrong
   */
  Model read(String name, Section section, Function<String, Tree> documents);
}
