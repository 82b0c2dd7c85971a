package dev.adit.host.control;

import dev.adit.devices.Model;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import dev.adit.devices.Tree;
import dev.adit.platform.Ims;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration of a server, from a YAML or JSON file; docs/operating.md describes it.
 *
 * @param state the folder where definitions of devices are kept
 * @param sockets the folder of the devices' sockets
 * @param control where the control socket is
 * @param access who may use the control socket
 * @param metrics where metrics are served, if they are
 * @param functions what is cut into devices
 */
public record HostConfig(
    Path state,
    Path sockets,
    Path control,
    SocketAccess access,
    Optional<InetSocketAddress> metrics,
    List<FunctionConfig> functions) {
  /** Where the control socket is when nobody says otherwise. */
  public static final Path DEFAULT_CONTROL = Path.of("/run/adit/control.sock");

  private static final Path DEFAULT_STATE = Path.of("/var/lib/adit");
  private static final Pattern LISTEN = Pattern.compile("(.+):([0-9]{1,5})");
  private static final int MOST_FUNCTIONS = 64;

  /**
   * A function.
   *
   * @param name such as {@code dsa0}
   * @param ims whether completions go over its interrupt message store
   * @param model what it is
   */
  public record FunctionConfig(String name, Ims ims, Model model) {}

  public HostConfig {
    functions = List.copyOf(functions);
  }

  /**
   * Reads a configuration. Relative paths in it start at its folder.
   *
   * @throws RefusedException with file, line and column of what is wrong
   */
  public static HostConfig read(Path file) {
    Tree tree = Documents.read(file);
    Path folder = file.toAbsolutePath().normalize().getParent();
    Section section = Section.of(tree, "the configuration");
    Path base = folder == null ? Path.of("/") : folder;
    Path sockets = path(section, "sockets", base).orElse(DEFAULT_CONTROL.resolveSibling(""));
    Optional<Tree> controlTree = section.tree("control");
    Path control = sockets.resolve("control.sock");
    SocketAccess access = SocketAccess.OWNER;
    if (controlTree.isPresent()) {
      Section part = Section.of(controlTree.get(), "'control'");
      control = path(part, "socket", base).orElse(control);
      access = SocketAccess.read(part, "");
      part.end();
    }
    HostConfig config =
        new HostConfig(
            path(section, "state", base).orElse(DEFAULT_STATE),
            sockets,
            control,
            access,
            section.tree("metrics").flatMap(HostConfig::metrics),
            functions(section, base));
    section.end();
    return config;
  }

  private static Optional<Path> path(Section section, String key, Path base) {
    return section.text(key).map(text -> base.resolve(text).normalize());
  }

  private static Optional<InetSocketAddress> metrics(Tree tree) {
    Section section = Section.of(tree, "'metrics'");
    Optional<String> listen = section.text("listen");
    section.end();
    return listen.map(text -> address(section, text));
  }

  private static InetSocketAddress address(Section section, String text) {
    Matcher matcher = LISTEN.matcher(text);
    if (matcher.matches() && Integer.parseInt(matcher.group(2)) <= 0xFFFF) {
      int port = Integer.parseInt(matcher.group(2));
      String host = matcher.group(1);
      // Names are not looked up: a configuration means the same everywhere.
      if (host.equals("127.0.0.1") || host.equals("localhost")) {
        return new InetSocketAddress(loopback(4), port);
      } else if (host.equals("[::1]")) {
        return new InetSocketAddress(loopback(16), port);
      }
    }
    throw section.wrong(
        "listen", "must be an address of this machine alone, such as \"127.0.0.1:9469\"");
  }

  private static InetAddress loopback(int length) {
    byte[] address = new byte[length];
    address[0] = (byte) (length == 4 ? 127 : 0);
    address[length - 1] = 1;
    try {
      return InetAddress.getByAddress(address);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }

  private static List<FunctionConfig> functions(Section section, Path base) {
    List<FunctionConfig> functions = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Tree tree : section.items("functions")) {
      Section part = Section.of(tree, "a function");
      FunctionConfig function = function(part, base);
      if (!names.add(function.name())) {
        throw part.wrong("name", "there is a function of this name already");
      }
      part.end();
      functions.add(function);
    }
    if (functions.isEmpty() || functions.size() > MOST_FUNCTIONS) {
      throw section.wrong("functions", "must list 1 to 64 functions, such as [{name: dsa0}]");
    }
    return functions;
  }

  private static FunctionConfig function(Section part, Path base) {
    String name = part.requiredText("name", "dsa0");
    if (!DeviceDefinition.isFunctionName(name)) {
      throw part.wrong("name", "a function's name has letters, digits, '_' and '-'");
    }
    Model model = Families.named(part).read(name, part, file -> Documents.read(base.resolve(file)));
    Ims ims = part.choice("ims", Ims.class).orElse(Ims.AUTO);
    return new FunctionConfig(name, ims, model);
  }
}
