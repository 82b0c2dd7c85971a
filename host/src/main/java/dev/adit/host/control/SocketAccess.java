package dev.adit.host.control;

import dev.adit.devices.Refusal;
import dev.adit.devices.RefusedException;
import dev.adit.devices.Section;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may connect to a socket.
 *
 * @param owner the user it belongs to, else who runs the server
 * @param group the group it belongs to, else that of the server
 * @param permissions to connect takes the permission to write
 */
public record SocketAccess(
    Optional<String> owner, Optional<String> group, Set<PosixFilePermission> permissions) {
  /** For who runs the server alone. */
  public static final SocketAccess OWNER =
      new SocketAccess(
          Optional.empty(),
          Optional.empty(),
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  // In the order of the bits of a mode, from the highest.
  private static final PosixFilePermission[] BITS = {
    PosixFilePermission.OWNER_READ,
    PosixFilePermission.OWNER_WRITE,
    PosixFilePermission.OWNER_EXECUTE,
    PosixFilePermission.GROUP_READ,
    PosixFilePermission.GROUP_WRITE,
    PosixFilePermission.GROUP_EXECUTE,
    PosixFilePermission.OTHERS_READ,
    PosixFilePermission.OTHERS_WRITE,
    PosixFilePermission.OTHERS_EXECUTE
  };

  public SocketAccess {
    permissions = Set.copyOf(permissions);
  }

  /** Reads {@code PREFIXmode}, {@code PREFIXowner} and {@code PREFIXgroup}. */
  static SocketAccess read(Section section, String prefix) {
    Optional<String> mode = section.text(prefix + "mode");
    if (mode.isPresent() && !mode.get().matches("0?[0-7]{3}")) {
      throw section.wrong(prefix + "mode", "must be octal digits in quotes, for example \"0660\"");
    }
    return new SocketAccess(
        section.text(prefix + "owner"),
        section.text(prefix + "group"),
        mode.map(SocketAccess::permissions).orElse(OWNER.permissions));
  }

  private static Set<PosixFilePermission> permissions(String octal) {
    int bits = Integer.parseInt(octal, 8);
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < BITS.length; i++) {
      if ((bits & (0x100 >> i)) != 0) {
        set.add(BITS[i]);
      }
    }
    return set;
  }

  /** {@return the permissions as four octal digits} */
  public String mode() {
    int bits = 0;
    for (int i = 0; i < BITS.length; i++) {
      bits |= permissions.contains(BITS[i]) ? 0x100 >> i : 0;
    }
    return "0%03o".formatted(bits);
  }

  /** {@return what differs from {@link #OWNER}, by name} */
  Map<String, String> plain(String prefix) {
    Map<String, String> plain = new LinkedHashMap<>();
    owner.ifPresent(name -> plain.put(prefix + "owner", name));
    group.ifPresent(name -> plain.put(prefix + "group", name));
    if (!permissions.equals(OWNER.permissions)) {
      plain.put(prefix + "mode", mode());
    }
    return plain;
  }

  /**
   * Gives a socket, which was made for its owner alone, to whom it shall belong, and only then
   * opens it to others.
   *
   * @throws RefusedException if there is no such user or group, or this process may not do that
   */
  public void apply(Path socket) {
    UserPrincipalLookupService names = socket.getFileSystem().getUserPrincipalLookupService();
    PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
    try {
      if (group.isPresent()) {
        view.setGroup(names.lookupPrincipalByGroupName(group.get()));
      }
      if (owner.isPresent()) {
        view.setOwner(names.lookupPrincipalByName(owner.get()));
      }
      view.setPermissions(permissions);
    } catch (UserPrincipalNotFoundException e) {
      throw refused(socket, "there is no user or group '" + e.getName() + "'; make it first", e);
    } catch (FileSystemException e) {
      String why = "this server may not give it away; run it as root or as a member of the group";
      throw refused(socket, why, e);
    } catch (IOException e) {
      throw refused(socket, String.valueOf(e.getMessage()), e);
    }
  }

  private static RefusedException refused(Path socket, String why, IOException e) {
    return new RefusedException(Refusal.Reason.FAILED, "the socket " + socket + ": " + why, e);
  }
}
