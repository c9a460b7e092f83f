//! Makes tiny PDFs for the tests.

/// A document. Its objects are numbered from 1: the catalog, the page tree, and others.
pub struct Made {
    objects: Vec<String>,
    pages: Vec<usize>,
    catalog: String,
    resources: String,
    fonts: String,
    info: Option<String>,
}

/// The box of a page, and what more its dictionary has.
pub const WIDE: &str = "/MediaBox [0 0 1600 900]";

impl Made {
    pub fn new() -> Self {
        Self {
            objects: vec![String::new(), String::new()],
            pages: Vec::new(),
            catalog: String::new(),
            resources: String::new(),
            fonts: String::new(),
            info: None,
        }
    }

    /// More for the catalog.
    pub fn catalog(mut self, more: &str) -> Self {
        self.catalog.push_str(more);
        self
    }

    /// More for the resources of the pages that follow, beside the fonts.
    pub fn resources(mut self, resources: &str) -> Self {
        self.resources = resources.to_owned();
        self
    }

    /// More fonts beside `/F` for the pages that follow.
    pub fn fonts(mut self, fonts: &str) -> Self {
        self.fonts = fonts.to_owned();
        self
    }

    pub fn title(mut self, title: &str) -> Self {
        self.info = Some(format!("<< /Title ({title}) >>"));
        self
    }

    /// Returns its number.
    pub fn object(&mut self, object: &str) -> usize {
        self.objects.push(object.to_owned());
        self.objects.len()
    }

    /// A form of 1600 x 900 that draws this. Returns its number.
    pub fn form(&mut self, entries: &str, content: &str) -> usize {
        let length = content.len();
        self.object(&format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 1600 900] {entries} /Length {length} >>
stream\n{content}\nendstream"
        ))
    }

    /// A page with this box and entries, and this content.
    pub fn page(mut self, entries: &str, content: &str) -> Self {
        let length = content.len();
        let stream = format!("<< /Length {length} >>\nstream\n{content}\nendstream");
        let content = self.object(&stream);
        let fonts = "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
        let own = &self.fonts;
        let more = &self.resources;
        let page = format!(
            "<< /Type /Page /Parent 2 0 R {entries} /Contents {content} 0 R
                /Resources << {fonts} {own} >> {more} >> >>"
        );
        let page = self.object(&page);
        self.pages.push(page);
        self
    }

    pub fn bytes(mut self) -> Vec<u8> {
        let kids: Vec<String> = self
            .pages
            .iter()
            .map(|page| format!("{page} 0 R"))
            .collect();
        self.objects[0] = format!("<< /Type /Catalog /Pages 2 0 R {} >>", self.catalog);
        self.objects[1] = format!(
            "<< /Type /Pages /Count {} /Kids [{}] >>",
            kids.len(),
            kids.join(" ")
        );
        let mut trailer = "/Root 1 0 R".to_owned();
        if let Some(info) = self.info.take() {
            trailer.push_str(&format!(" /Info {} 0 R", self.object(&info)));
        }
        let mut bytes = b"%PDF-1.7\n".to_vec();
        let mut table = String::from("0000000000 65535 f \n");
        for (object, number) in self.objects.iter().zip(1..) {
            table.push_str(&format!("{:010} 00000 n \n", bytes.len()));
            bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
        }
        let start = bytes.len();
        let size = self.objects.len() + 1;
        bytes.extend(
            format!(
                "xref\n0 {size}\n{table}trailer\n<< /Size {size} {trailer} >>\nstartxref\n{start}\n%%EOF\n"
            )
            .into_bytes(),
        );
        bytes
    }
}

/// Content that writes these words, so high, from there.
pub fn words(text: &str, size: u32, x: u32, y: u32) -> String {
    format!("BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n")
}
