/**
 * Layouts of PCI configuration space, as the PCI Express Base Specification (revision 6) prints
 * them: the header in section 7.5.1, standard capabilities in 7.5 and 7.7, extended capabilities in
 * 7.7 to 7.9, SR-IOV in 9.3, address translation services in 10.5. Each field is declared once;
 * decoding, emulation, printing and documentation come from that declaration. No behaviour lives
 * here.
 */
package dev.adit.pci.spec;
